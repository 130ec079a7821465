// @y/websocket-server with y-leveldb behind `setPersistence`, which is what its YPERSISTENCE variable once did: that
// does nothing any more. Everything else is as its own server.js sets it up, on the Yjs that the other servers use: the
// newest @y/protocols, which npm would pick, works on another copy of Yjs than the server's documents, and no edit gets
// through; 1.0.6-1, the oldest that the server allows, has the same one.
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { announce, importPeer, readPeerSettings } from './import-peer.ts';

interface ServerDocument {
  on(event: 'update', listener: (update: Uint8Array, origin: unknown) => void): void;
}

interface ServerModule {
  setupWSConnection(connection: unknown, request: IncomingMessage): void;
  setPersistence(persistence: {
    provider: unknown;
    bindState(name: string, document: ServerDocument): Promise<void>;
    writeState(name: string, document: ServerDocument): Promise<void>;
  }): void;
}

interface LeveldbModule {
  readonly LeveldbPersistence: new (
    directory: string,
  ) => {
    getYDoc(name: string): Promise<object>;
    storeUpdate(name: string, update: Uint8Array): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

interface YjsModule {
  encodeStateAsUpdate(document: object): Uint8Array;
  applyUpdate(document: object, update: Uint8Array, origin: unknown): void;
}

interface WsModule {
  readonly Server: new (
    settings: object,
  ) => {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (connection: unknown) => void): void;
  };
}

const { setupWSConnection, setPersistence } = await importPeer<ServerModule>('@y/websocket-server/utils');
const { LeveldbPersistence } = await importPeer<LeveldbModule>('y-leveldb');
const { applyUpdate, encodeStateAsUpdate } = await importPeer<YjsModule>('yjs');
// The ws that it depends on, which is older than ours.
const { Server: WebSocketServer } = createRequire(import.meta.resolve('@y/websocket-server/package.json'))(
  'ws',
) as WsModule;

const { dataDirectory, port } = readPeerSettings();
const leveldb = new LeveldbPersistence(join(dataDirectory, 'leveldb'));

const STORED = 'y-leveldb';

setPersistence({
  provider: leveldb,
  async bindState(name, document) {
    document.on('update', (update, origin) => {
      if (origin === STORED) return;
      leveldb.storeUpdate(name, update).catch(reportAndEnd);
    });
    const stored = await leveldb.getYDoc(name);
    applyUpdate(document, encodeStateAsUpdate(stored), STORED);
  },
  writeState: async () => {}, // every update is stored as it comes
});

function reportAndEnd(error: unknown): void {
  console.error(error);
  process.exit(1);
}

const webSockets = new WebSocketServer({ noServer: true });
const server = createServer((_request, response) => response.end('okay'));
server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (connection) => setupWSConnection(connection, request));
});
server.listen(port, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
process.once('SIGTERM', () => {
  leveldb.destroy().then(() => process.exit(0), reportAndEnd);
});
