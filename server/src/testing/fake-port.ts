import { type CloseCode, decodeServerFrame, type ServerFrame } from '@quire/protocol';
import { serverMessagesIn } from '@quire/testing';
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
    return this.writes
      .splice(0)
      .flatMap((write) => [...serverMessagesIn(write)])
      .map(({ content }) => decodeServerFrame(content).frame);
  }
}
