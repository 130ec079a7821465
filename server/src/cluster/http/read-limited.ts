/** Somebody sends more than they may. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/**
 * The whole body of an answer, unless it is longer than that.
 *
 * @param onBytes called for each piece that arrives
 * @throws {TooLongError}
 */
export async function readLimited(
  response: AsyncIterable<Uint8Array>,
  maxBytes: number,
  onBytes = (): void => {},
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels what has not been read.
  for await (const piece of response) {
    onBytes();
    length += piece.byteLength;
    if (length > maxBytes) throw new TooLongError(`more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
