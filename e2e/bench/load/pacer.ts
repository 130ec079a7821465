/**
 * Calls `act` with 0, 1, 2 … at `ratePerSecond`, evenly spread, until stopped. An open loop: when it is late it
 * catches up, so a slow server can't slow the load down.
 *
 * @returns the function that stops it
 */
export function pace(ratePerSecond: number, act: (index: number) => void): () => void {
  if (ratePerSecond === 0) return () => {};
  const beganAt = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = countDue(performance.now() - beganAt, ratePerSecond);
    while (done < due) {
      act(done);
      done += 1;
    }
  }, 1);
  return () => clearInterval(timer);
}

/** How many of the actions should have happened by now; the first one is due at once. */
export function countDue(elapsedMs: number, ratePerSecond: number): number {
  return Math.floor((elapsedMs * ratePerSecond) / 1000) + 1;
}
