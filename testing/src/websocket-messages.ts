/** One WebSocket frame of a server. */
export interface ServerMessage {
  /** The first byte: how it ends, and what it is. */
  readonly head: number;
  readonly content: Buffer;
}

/** The frames that a server wrote one after the other, none of them masked, as far as they are all there. */
export function* serverMessagesIn(written: Buffer): Generator<ServerMessage, void> {
  let at = 0;
  while (at + 2 <= written.length) {
    const short = written.readUInt8(at + 1);
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const begin = at + 2 + lengthBytes;
    if (begin > written.length) return;
    const end = begin + readLength(written, at + 2, short);
    if (end > written.length) return;
    yield { head: written.readUInt8(at), content: written.subarray(begin, end) };
    at = end;
  }
}

function readLength(written: Buffer, at: number, short: number): number {
  if (short === 126) return written.readUInt16BE(at);
  return short === 127 ? Number(written.readBigUInt64BE(at)) : short;
}
