/** Opcodes of RFC 6455. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FIN = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;

/**
 * A whole frame as a client sends it. Its mask is zero, so the payload goes out as it is: the server unmasks it all
 * the same, and this process saves its time for the load.
 */
export function frameForServer(payload: Uint8Array, opcode: number = opcodes.binary): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + lengthBytes + MASK_BYTES + length);
  frame[0] = FIN | opcode;
  if (lengthBytes === 0) {
    frame[1] = MASKED | length;
  } else if (lengthBytes === 2) {
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MASKED | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(payload, 2 + lengthBytes + MASK_BYTES);
  return frame;
}

/** Where a frame's payload lies; only valid until the listener returns. */
export type FrameListener = (opcode: number, bytes: Buffer, start: number, end: number) => void;

/** Cuts what a server sends into frames, copying only what is not whole yet. */
export class FrameSplitter {
  readonly #onFrame: FrameListener;
  #held = Buffer.alloc(0);
  #heldBytes = 0;

  constructor(onFrame: FrameListener) {
    this.#onFrame = onFrame;
  }

  feed(chunk: Buffer): void {
    if (this.#heldBytes === 0) {
      const rest = this.#consume(chunk, chunk.length);
      if (rest < chunk.length) this.#hold(chunk.subarray(rest));
      return;
    }
    this.#hold(chunk);
    const rest = this.#consume(this.#held, this.#heldBytes);
    if (rest === 0) return;
    this.#held.copyWithin(0, rest, this.#heldBytes);
    this.#heldBytes -= rest;
  }

  /** @returns where the first frame that is not whole begins */
  #consume(bytes: Buffer, end: number): number {
    let at = 0;
    for (;;) {
      if (end - at < 2) return at;
      const first = bytes[at] as number;
      const short = bytes[at + 1] as number;
      if ((first & FIN) === 0 || short >= 128) throw new Error('a server frame is fragmented or masked');
      let start = at + 2;
      let length = short;
      if (short === 126) {
        if (end - start < 2) return at;
        length = bytes.readUInt16BE(start);
        start += 2;
      } else if (short === 127) {
        if (end - start < 8) return at;
        length = Number(bytes.readBigUInt64BE(start));
        start += 8;
      }
      if (end - start < length) return at;
      this.#onFrame(first & 0x0f, bytes, start, start + length);
      at = start + length;
    }
  }

  #hold(bytes: Buffer): void {
    const needed = this.#heldBytes + bytes.length;
    if (this.#held.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }
}
