import { connect } from 'node:net';
import { FrameSplitter, frameForServer, opcodes } from '../bench/load/websocket-frames.ts';

/** What became of a request: the status it was answered with, or, where that is 101, what happened to the WebSocket. */
export type Fate = number | 'open' | { readonly closed: number } | 'hung up';

const SWITCHING = 101;
const END_OF_HEAD = '\r\n\r\n';
const PING = frameForServer(new Uint8Array(), opcodes.ping);

/** Sends bytes that are meant to be a request, as they are. Where they open a WebSocket, asks it for a sign of life. */
export function askRaw(port: number, request: Buffer): Promise<Fate> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let head: Buffer | null = Buffer.alloc(0);
    const settle = (fate: Fate): void => {
      resolve(fate);
      socket.destroy();
    };
    const frames = new FrameSplitter((opcode, bytes, start) => {
      if (opcode === opcodes.close) settle({ closed: bytes.readUInt16BE(start) });
      else if (opcode === opcodes.pong) settle('open');
    });
    socket.on('error', () => {}); // followed by `close`
    socket.on('close', () => resolve('hung up'));
    socket.on('data', (data: Buffer) => {
      if (head === null) {
        frames.feed(data);
        return;
      }
      head = Buffer.concat([head, data]);
      const end = head.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const status = Number(head.toString('latin1', 9, 12));
      if (status !== SWITCHING) {
        settle(status);
        return;
      }
      const rest = head.subarray(end + END_OF_HEAD.length);
      head = null;
      socket.write(PING);
      frames.feed(rest);
    });
  });
}
