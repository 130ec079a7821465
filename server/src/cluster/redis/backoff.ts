const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/**
 * How long to wait before attempt number `attempt`, counted from 0: half of it by chance, so that the nodes of a cluster don't
 * come back all at once.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return (longest / 2) * (1 + random());
}
