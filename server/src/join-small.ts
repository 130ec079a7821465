/** Up to this much, copying costs less than a socket's write of several buffers. */
const MAX_JOINED_BYTES = 16 * 1024;

/** The same bytes in one buffer, unless they are many. */
export function joinSmall(buffers: readonly Buffer[]): readonly Buffer[] {
  if (buffers.length < 2) return buffers;
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  return bytes > MAX_JOINED_BYTES ? buffers : [Buffer.concat(buffers, bytes)];
}
