import { decodeUtf8 } from 'lib0/string';
import { FrameError } from './frame-error.ts';

/**
 * Reads lib0's variable-length encoding and never looks outside its own bytes.
 *
 * lib0's decoder checks lengths against the underlying `ArrayBuffer`, which for a received frame is a slab shared
 * with its neighbours: a length that lies would read another frame's bytes.
 */
export class FrameReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  /** @throws {FrameError} `truncated`, or `bad-number` beyond 2^53 − 1 */
  readUint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new FrameError('truncated', 'the frame ends inside a number');
      this.#position += 1;
      value += (byte & 0x7f) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new FrameError('bad-number', 'a number in the frame is too large');
      if (byte < 0x80) return value;
      factor *= 128;
      if (factor > Number.MAX_SAFE_INTEGER) throw new FrameError('bad-number', 'a number in the frame is too long');
    }
  }

  /** A view into the frame, not a copy: whoever keeps it longer than the frame copies it. */
  readBytes(): Uint8Array {
    const length = this.readUint();
    if (length > this.#bytes.length - this.#position) {
      throw new FrameError('truncated', `the frame promises ${length} bytes and has fewer`);
    }
    const view = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return view;
  }

  /** @throws {FrameError} `bad-text` when the bytes are not UTF-8, `bad-number` when there are more than `maxBytes` */
  readText(maxBytes = Number.POSITIVE_INFINITY): string {
    const bytes = this.readBytes();
    if (bytes.length > maxBytes) throw new FrameError('bad-number', `this text has at most ${maxBytes} bytes`);
    try {
      return decodeUtf8(bytes);
    } catch (cause) {
      throw new FrameError('bad-text', 'a text in the frame is not UTF-8', { cause });
    }
  }

  /** @throws {FrameError} `trailing-bytes` when something follows */
  expectEnd(): void {
    if (this.hasMore) throw new FrameError('trailing-bytes', 'the frame goes on after its content');
  }
}
