// A server without documents: hands every frame to everybody else at the same path. What it takes is what plain
// forwarding on ws takes, which frames anew for each socket: a server that frames once for all can be cheaper.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from './import-peer.ts';

const rooms = new Map<string, Set<WebSocket>>();
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer((_request, response) => response.end());

server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (connection) => enter(request.url ?? '/', connection));
});

function enter(path: string, connection: WebSocket): void {
  const room = rooms.get(path) ?? new Set();
  rooms.set(path, room.add(connection));
  connection.on('message', (frame, isBinary) => {
    for (const other of room) if (other !== connection) other.send(frame, { binary: isBinary });
  });
  connection.on('error', () => connection.terminate());
  connection.on('close', () => {
    room.delete(connection);
    if (room.size === 0) rooms.delete(path);
  });
}

server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));
