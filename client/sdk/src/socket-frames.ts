/** A frame of the WebSocket protocol (RFC 6455 §5.2), as it travels over HTTP where sockets are blocked. */
export interface SocketFrame {
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export const opcodes = { binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;
/** Clients must mask, against proxies that take a frame for a request. In the body of a request it is none: zeros mask nothing. */
const MASK_BYTES = 4;

export function encodeSocketFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const lengthBytes = length < LENGTH_16_BITS ? 0 : length < 0x1_0000 ? 2 : 8;
  const headBytes = 2 + lengthBytes + MASK_BYTES;
  const frame = new Uint8Array(headBytes + length);
  const view = new DataView(frame.buffer);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? LENGTH_16_BITS : LENGTH_64_BITS);
  if (lengthBytes === 2) view.setUint16(2, length);
  else if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, headBytes);
  return frame;
}

/** Puts frames together from bytes that come in pieces. A server neither masks nor splits its own. */
export class SocketFrameReader {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Until so many are there, nothing is looked at: a large frame in many pieces is put together once. */
  #needed = 2;

  /** @throws {Error} when it is not the frame of a server */
  push(piece: Uint8Array): SocketFrame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const frames: SocketFrame[] = [];
    if (this.#bytes < this.#needed) return frames;
    const joined = joinBytes(this.#pieces, this.#bytes);
    let at = 0;
    for (;;) {
      const head = readHead(joined.subarray(at));
      this.#needed = head.bytes + head.payloadBytes;
      if (joined.length - at < this.#needed) break;
      // A copy: whoever keeps it keeps nothing else alive, and its buffer is its own.
      frames.push({ opcode: head.opcode, payload: joined.slice(at + head.bytes, at + this.#needed) });
      at += this.#needed;
    }
    this.#bytes = joined.length - at;
    this.#pieces = this.#bytes === 0 ? [] : [joined.slice(at)];
    return frames;
  }
}

interface Head {
  readonly opcode: number;
  readonly bytes: number;
  readonly payloadBytes: number;
}

/** Of a head that has not come whole, as far as it is known how long it is. */
function readHead(bytes: Uint8Array): Head {
  const [first = FINAL, second = 0] = bytes;
  if ((first & FINAL) === 0 || (second & MASKED) !== 0) throw new Error('not a frame of a server');
  const opcode = first & 0x0f;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (second) {
    case LENGTH_16_BITS:
      return { opcode, bytes: 4, payloadBytes: bytes.length < 4 ? 0 : view.getUint16(2) };
    case LENGTH_64_BITS:
      return { opcode, bytes: 10, payloadBytes: bytes.length < 10 ? 0 : Number(view.getBigUint64(2)) };
    default:
      return { opcode, bytes: 2, payloadBytes: second };
  }
}

export function joinBytes(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
