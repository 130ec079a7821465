const FINAL_BINARY = 0x82;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;

/**
 * Puts a payload into one unmasked binary WebSocket frame (RFC 6455 §5.2), as a server sends it.
 * Done once for a message that goes to many sockets; `ws` would write a header for each.
 */
export function frameBinary(payload: Uint8Array): Buffer {
  const { length } = payload;
  const headerLength = length < LENGTH_16_BITS ? 2 : length < 65_536 ? 4 : 10;
  const framed = Buffer.allocUnsafe(headerLength + length);
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
  framed.set(payload, headerLength);
  return framed;
}
