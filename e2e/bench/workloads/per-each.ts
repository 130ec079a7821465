/** A cost shared out; when there was nothing to share it among, as in a short run on a busy machine, 0. */
export function perEach(total: number, count: number): number {
  return count === 0 ? 0 : total / count;
}
