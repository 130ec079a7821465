import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePointer, placeIn, placeOf } from './pointer.ts';

const host = { left: 100, top: 50, width: 800, height: 600 };

test('a place is the same part of an anchor on every screen, however large the anchor is there', () => {
  const here = { left: 140, top: 90, width: 200, height: 100 };
  const there = { left: 20, top: 400, width: 320, height: 60 };
  const place = placeIn(here, 190, 165);
  expect(place).toEqual({ x: 0.25, y: 0.75 });
  expect(placeOf(place ?? { x: 0, y: 0 }, there, { ...host, left: 0, top: 0 })).toEqual([100, 445]);
});

test('what is sent leads back to within a pixel of where it was', () => {
  const size = fc.integer({ min: 1, max: 4000 });
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(size, size, at, at, (width, height, x, y) => {
      const box = { left: 13, top: 7, width, height };
      const sent = placeIn(box, box.left + x * width, box.top + y * height);
      const [left, top] = placeOf(sent ?? { x: -1, y: -1 }, box, { ...box, left: 0, top: 0 });
      expect(Math.abs(left - (box.left + x * width))).toBeLessThan(1);
      expect(Math.abs(top - (box.top + y * height))).toBeLessThan(1);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test('there are no places in a box of no size', () => {
  expect(placeIn({ ...host, width: 0 }, 1, 1)).toBeNull();
});

test('what comes from the wire and is no pointer is shown nowhere', () => {
  const pointer = { over: '', anchor: null, x: 0.5, y: 0.5 };
  expect(parsePointer(pointer)).toEqual(pointer);
  expect(parsePointer({ ...pointer, anchor: 'card-7', extra: 1 })).toEqual({ ...pointer, anchor: 'card-7' });
  expect(parsePointer({ ...pointer, anchor: 3 })).toEqual({ ...pointer, anchor: 3 });
  for (const bad of [
    null,
    'here',
    { ...pointer, x: Number.NaN },
    { ...pointer, x: Number.POSITIVE_INFINITY },
    { ...pointer, y: '0.5' },
    { ...pointer, over: 7 },
    { ...pointer, anchor: -1 },
    { ...pointer, anchor: 1.5 },
    { ...pointer, anchor: 'x'.repeat(101) },
    { ...pointer, anchor: {} },
  ]) {
    expect(parsePointer(bad)).toBeNull();
  }
});
