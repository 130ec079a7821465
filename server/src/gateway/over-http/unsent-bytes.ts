/**
 * What no part holds yet, in the buffers in which it was given: those of a large document are shared by everybody who is
 * sent it, and a copy would be one for each of them.
 */
export class UnsentBytes {
  #buffers: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  put(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) {
      this.#buffers.push(buffer);
      this.#length += buffer.length;
    }
  }

  /** The first of them. Only what lies in more than one buffer is copied, and is no more than was asked for. */
  take(most: number): Buffer {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let finished = 0;
    for (const buffer of this.#buffers) {
      if (bytes === most) break;
      const piece = buffer.subarray(0, most - bytes);
      pieces.push(piece);
      bytes += piece.length;
      if (piece.length < buffer.length) this.#buffers[finished] = buffer.subarray(piece.length);
      else finished += 1;
    }
    this.#buffers.splice(0, finished);
    this.#length -= bytes;
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, bytes);
  }

  clear(): void {
    this.#buffers = [];
    this.#length = 0;
  }
}
