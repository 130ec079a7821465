import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Glide, glideTo, isAtRest, restAt, type Spot, spotAt } from './glide.ts';

const LONGEST_MS = 1_000;
const coordinate = fc.double({ min: -1_000, max: 1_000, noNaN: true });
const spot: fc.Arbitrary<Spot> = fc.tuple(coordinate, coordinate);

interface Telling {
  readonly spot: Spot;
  readonly afterMs: number;
}

const telling: fc.Arbitrary<Telling> = fc.record({ spot, afterMs: fc.nat(3_000) });
const tellings = fc.array(telling, { minLength: 1, maxLength: 20 });

function distance(one: Spot, other: Spot): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}

/** Tells all of it, and gives every step to `look`. */
function follow(
  start: Spot,
  told: readonly Telling[],
  look: (before: Glide, after: Glide, now: number) => void = () => {},
): { readonly glide: Glide; readonly now: number } {
  let now = 0;
  let glide = restAt(start, now);
  for (const { spot: next, afterMs } of told) {
    now += afterMs;
    const before = glide;
    glide = glideTo(glide, next, now, LONGEST_MS);
    look(before, glide, now);
  }
  return { glide, now };
}

describe('what glides', () => {
  it('never jumps when a new place is told', () => {
    fc.assert(
      fc.property(spot, tellings, (start, told) => {
        follow(start, told, (before, after, now) => {
          if (after.durationMs > 0) expect(distance(spotAt(before, now), spotAt(after, now))).toBeLessThan(1e-6);
        });
      }),
    );
  });

  it('is where it was last told to be once the longest time has passed, and rests there', () => {
    fc.assert(
      fc.property(spot, tellings, fc.nat(10_000), (start, told, laterMs) => {
        const { glide, now } = follow(start, told);
        const later = now + LONGEST_MS + laterMs;
        expect(spotAt(glide, later)).toEqual(told.at(-1)?.spot);
        expect(isAtRest(glide, later)).toBe(true);
      }),
    );
  });

  it('stays between where it set out and where it goes', () => {
    fc.assert(
      fc.property(spot, tellings, fc.nat(2_000), (start, told, laterMs) => {
        const { glide, now } = follow(start, told);
        const drawn = spotAt(glide, now + laterMs);
        const detour = distance(glide.from, drawn) + distance(drawn, glide.to) - distance(glide.from, glide.to);
        expect(Math.abs(detour)).toBeLessThan(1e-6);
      }),
    );
  });

  it('takes as long as the last telling was ago', () => {
    const glide = glideTo(restAt([0, 0], 0), [10, 20], 100, LONGEST_MS);
    expect(spotAt(glide, 150)).toEqual([5, 10]);
    expect(isAtRest(glide, 150)).toBe(false);
    expect(spotAt(glide, 200)).toEqual([10, 20]);
  });

  it('after a pause takes no longer than it may', () => {
    const glide = glideTo(restAt([0, 0], 0), [10, 20], 60_000, LONGEST_MS);
    expect(spotAt(glide, 60_500)).toEqual([5, 10]);
  });
});
