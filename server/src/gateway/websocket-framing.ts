const FINAL_BINARY = 0x82;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;

/** Up to here a body is copied behind its header; beyond, it stays where it is, in a buffer of its own. */
const MAX_COPIED_BYTES = 4096;

/**
 * Puts a message, given as prefix and body, into one unmasked binary WebSocket frame (RFC 6455 §5.2), as a server sends
 * it. `ws` would write a header for each socket; this is done once for a message that goes to many.
 */
export function frameBinary(prefix: Uint8Array, body: Uint8Array): readonly Buffer[] {
  const length = prefix.length + body.length;
  const headerLength = length < LENGTH_16_BITS ? 2 : length < 65_536 ? 4 : 10;
  const copies = body.length <= MAX_COPIED_BYTES;
  const framed = Buffer.allocUnsafe(headerLength + (copies ? length : prefix.length));
  framed[0] = FINAL_BINARY;
  if (headerLength === 2) {
    framed[1] = length;
  } else if (headerLength === 4) {
    framed[1] = LENGTH_16_BITS;
    framed.writeUInt16BE(length, 2);
  } else {
    framed[1] = LENGTH_64_BITS;
    framed.writeBigUInt64BE(BigInt(length), 2);
  }
  framed.set(prefix, headerLength);
  if (!copies) return [framed, Buffer.from(body.buffer, body.byteOffset, body.length)];
  framed.set(body, headerLength + prefix.length);
  return [framed];
}
