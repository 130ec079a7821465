import { joinBytes } from './socket-frames.ts';

/** Bytes on their way out, kept until it is known that they have arrived. */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The first of them, in a buffer of their own. */
  peek(most: number): Uint8Array<ArrayBuffer> {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    for (const piece of this.#pieces) {
      if (bytes >= most) break;
      const part = piece.subarray(0, most - bytes);
      taken.push(part);
      bytes += part.length;
    }
    return joinBytes(taken, bytes);
  }

  drop(count: number): void {
    let left = count;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (piece.length > left) break;
      left -= piece.length;
      whole += 1;
    }
    this.#pieces.splice(0, whole);
    const [first] = this.#pieces;
    if (left > 0 && first !== undefined) this.#pieces[0] = first.subarray(left);
    this.#length -= count;
  }
}
