/** A place in a plane: a pointer on a board, a latitude and a longitude. */
export type Spot = readonly [number, number];

/**
 * Something on its way to where it was last told to be. Others say where they are a few times a second; between two
 * tellings it is drawn on the straight line between them, so it is always a telling behind and never where nobody was.
 */
export interface Glide {
  readonly from: Spot;
  readonly to: Spot;
  /** When the latest place was heard, by the clock of whoever draws. */
  readonly heardAt: number;
  readonly durationMs: number;
}

export function restAt(spot: Spot, now: number): Glide {
  return { from: spot, to: spot, heardAt: now, durationMs: 0 };
}

/**
 * Sets out for a new place from wherever it is drawn now, so that nothing jumps. It takes as long as the last telling was
 * ago, which is when the next one is likely; after a pause no longer than `longestMs`.
 */
export function glideTo(glide: Glide, spot: Spot, now: number, longestMs: number): Glide {
  const sinceMs = Math.max(0, now - glide.heardAt);
  return { from: spotAt(glide, now), to: spot, heardAt: now, durationMs: Math.min(sinceMs, longestMs) };
}

export function spotAt({ from, to, heardAt, durationMs }: Glide, now: number): Spot {
  const passedMs = now - heardAt;
  if (passedMs >= durationMs) return to;
  const part = Math.max(0, passedMs / durationMs);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

export function isAtRest({ heardAt, durationMs }: Glide, now: number): boolean {
  return now - heardAt >= durationMs;
}
