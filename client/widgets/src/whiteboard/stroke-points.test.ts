import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePoints, encodePoints, type StrokePoint, snap } from './stroke-points.ts';

const MOST = 1_000;
const anywhere = fc.double({ min: -200_000, max: 200_000, noNaN: true });
const point: fc.Arbitrary<StrokePoint> = fc.record({
  x: anywhere,
  y: anywhere,
  pressure: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('the points of a stroke', () => {
  it('are read where they were snapped to when they were written', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 50 }), (points) => {
        expect(decodePoints(encodePoints(points), MOST)).toEqual(points.map(snap));
      }),
    );
  });

  it('are snapped to less than anybody sees, and no further when snapped again', () => {
    fc.assert(
      fc.property(fc.double({ min: -2_000, max: 2_000, noNaN: true }), (x) => {
        const snapped = snap({ x, y: -x, pressure: 0.5 });
        expect(Math.abs(snapped.x - x)).toBeLessThanOrEqual(0.125);
        expect(snap(snapped)).toEqual(snapped);
      }),
    );
  });

  it('of a hand that moves take three bytes each', () => {
    const points = Array.from({ length: 100 }, (_, at) => ({ x: 400 + at * 2, y: 300 - at, pressure: 0.5 }));
    expect(encodePoints(points).length).toBeLessThan(3 * points.length + 4);
  });

  it('[G4] of anything else are at most as many as asked for, all of them on the board, and it never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(50), (bytes, most) => {
        const points = decodePoints(bytes, most);
        expect(points.length).toBeLessThanOrEqual(most);
        for (const { x, y, pressure } of points) {
          expect(Math.abs(x)).toBeLessThanOrEqual(100_000);
          expect(Math.abs(y)).toBeLessThanOrEqual(100_000);
          expect(pressure).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('that are no numbers are written as a point that can be read', () => {
    const odd = { x: Number.NaN, y: Number.POSITIVE_INFINITY, pressure: Number.NaN };
    expect(decodePoints(encodePoints([odd]), MOST)).toEqual([{ x: 0, y: 0, pressure: 0 }]);
  });
});
