import { type CloseCode, decodeServerFrame, type ServerFrame } from '@quire/protocol';
import type { SessionPort } from '../collab/session-port.ts';
import { hocuspocusDialect } from '../gateway/dialects.ts';
import { frameBinary } from '../gateway/websocket-framing.ts';

/** A socket without a network: it is behind when a test says so, or once it was sent more than it takes. */
export class FakePort implements SessionPort {
  readonly dialect = hocuspocusDialect;
  readonly sent = null;
  readonly frame = frameBinary;
  readonly writes: Buffer[] = [];
  isOpen = true;
  isBehind = false;
  closedWith: CloseCode | null = null;
  takesBytes = Number.POSITIVE_INFINITY;

  together(task: () => void): void {
    task();
  }

  send(framed: readonly Buffer[]): void {
    if (!this.isOpen) return;
    const write = Buffer.concat(framed);
    this.writes.push(write);
    this.takesBytes -= write.length;
    if (this.takesBytes < 0) this.isBehind = true;
  }

  stopReading(): void {}

  readOn(): void {}

  close(code: CloseCode): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.isBehind = false;
    this.closedWith = code;
  }

  /** What was sent since the last call. */
  takeFrames(): ServerFrame[] {
    return this.writes.splice(0).flatMap((write) => split(write).map((message) => decodeServerFrame(message).frame));
  }
}

/** The messages in one write: unmasked WebSocket frames, one after the other. */
function split(write: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  let at = 0;
  while (at < write.length) {
    const short = write.readUInt8(at + 1);
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    const length = short === 126 ? write.readUInt16BE(at + 2) : short === 127 ? write.readUInt32BE(at + 6) : short;
    messages.push(write.subarray(at + header, at + header + length));
    at += header + length;
  }
  return messages;
}
