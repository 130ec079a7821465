import { Duplex } from 'node:stream';

/** The line of a socket: it takes bytes when it is told to. */
export class SlowLine extends Duplex {
  /** As Node's own sockets have it: what the system has yet to take of the write that is under way. */
  readonly _handle = { writeQueueSize: 0 };
  /** Everything that was written, taken or not. */
  readonly written: Buffer[] = [];
  #takesAll = true;
  #finish: (() => void) | null = null;

  /** From now on nothing is taken but what `drain` says. */
  stop(): void {
    this.#takesAll = false;
  }

  /** Takes so many bytes of the write that is under way. */
  drain(bytes: number): void {
    this._handle.writeQueueSize = Math.max(0, this._handle.writeQueueSize - bytes);
    if (this._handle.writeQueueSize === 0) this.#end();
  }

  /** Takes everything, also what is written from now on. */
  drainAll(): void {
    this.#takesAll = true;
    this.drain(this._handle.writeQueueSize);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, finish: () => void): void {
    this.#begin([chunk], finish);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], finish: () => void): void {
    const buffers = chunks.map(({ chunk }) => chunk);
    this.#begin(buffers, finish);
  }

  #begin(buffers: readonly Buffer[], finish: () => void): void {
    this.written.push(...buffers);
    if (this.#takesAll) {
      finish();
      return;
    }
    this.#finish = finish;
    this._handle.writeQueueSize = buffers.reduce((bytes, buffer) => bytes + buffer.length, 0);
  }

  #end(): void {
    const finish = this.#finish;
    this.#finish = null;
    finish?.();
  }
}
