/** The part of some bytes that a request asks for. */
export type ByteRange =
  | { readonly kind: 'whole' }
  /** `end` is exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  /** It begins where there is nothing. */
  | { readonly kind: 'outside' };

/**
 * A `Range` header (RFC 9110 §14.2): one range from a first byte on, as whoever resumes a download asks for it. The others
 * are answered with the whole, as a server may.
 *
 * @param ifRange the `If-Range` header: of which bytes it has the beginning
 * @param tag of the bytes that there are
 */
export function chooseRange(
  range: string | undefined,
  ifRange: string | undefined,
  { length, tag }: { readonly length: number; readonly tag: string },
): ByteRange {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range ?? '') ?? [];
  if (first === undefined || (ifRange !== undefined && ifRange !== tag)) return { kind: 'whole' };
  const start = Number(first);
  if (start >= length) return { kind: 'outside' };
  const end = last === undefined || last === '' ? length : Math.min(Number(last) + 1, length);
  return end <= start ? { kind: 'whole' } : { kind: 'part', start, end };
}
