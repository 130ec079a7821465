import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stroke } from './board.ts';
import { isTouched } from './hit-test.ts';
import { outlinePath } from './outline-path.ts';
import { writeSvg } from './to-svg.ts';
import { BOARD_HEIGHT, BOARD_WIDTH, MAX_ZOOM, middleOf, pan, type View, wholeBoard, zoomAt } from './view.ts';

function strokeOf(...spots: readonly (readonly [number, number])[]): Stroke {
  const points = spots.map(([x, y]) => ({ x, y, pressure: 0.5 }));
  return { points, color: '#0f67b8', size: 4, hasPressure: false, isDone: true };
}

describe('the outline of a stroke', () => {
  it('is a closed path around its points, a dot too', () => {
    for (const stroke of [strokeOf([10, 10]), strokeOf([10, 10], [50, 20], [90, 80])]) {
      expect(outlinePath(stroke)).toMatch(/^M-?[\d.]+,-?[\d.]+Q(-?[\d.]+,-?[\d.]+ ?)+Z$/);
    }
  });

  it('of nothing is nothing', () => {
    expect(outlinePath(strokeOf())).toBe('');
  });

  it('is what a file has of it', () => {
    const file = writeSvg([strokeOf([10, 10], [50, 20])]);
    expect(file).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="1600" height="1000" viewBox="0 0 1600 1000">/,
    );
    expect(file.match(/<path fill="#0f67b8" d="M[^"]+Z"\/>/g)).toHaveLength(1);
  });
});

describe('a sweep of the eraser', () => {
  const line = strokeOf([0, 0], [100, 0]);

  it('takes what it crosses, however far it moved in one step', () => {
    expect(isTouched(line, { x: 50, y: -500 }, { x: 50, y: 500 }, 1)).toBe(true);
    expect(isTouched(line, { x: 150, y: -500 }, { x: 150, y: 500 }, 1)).toBe(false);
  });

  it('reaches as far as it is wide, and as the stroke is', () => {
    expect(isTouched(line, { x: 50, y: 7 }, { x: 50, y: 7 }, 5)).toBe(true);
    expect(isTouched(line, { x: 50, y: 7.1 }, { x: 50, y: 7.1 }, 5)).toBe(false);
    expect(isTouched(strokeOf([0, 0]), { x: 5, y: 0 }, { x: 9, y: 0 }, 3)).toBe(true);
    expect(isTouched(strokeOf(), { x: 0, y: 0 }, { x: 0, y: 0 }, 100)).toBe(false);
  });
});

describe('the view of a board', () => {
  const place = fc.record({
    x: fc.double({ min: 0, max: BOARD_WIDTH, noNaN: true }),
    y: fc.double({ min: 0, max: BOARD_HEIGHT, noNaN: true }),
  });
  const step: fc.Arbitrary<(view: View) => View> = fc.oneof(
    fc.tuple(fc.double({ min: 0.1, max: 10, noNaN: true }), place).map(
      ([factor, at]) =>
        (view: View) =>
          zoomAt(view, factor, at),
    ),
    fc.tuple(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: -5_000, max: 5_000 })).map(
      ([dx, dy]) =>
        (view: View) =>
          pan(view, dx, dy),
    ),
  );

  it('never leaves the board', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { x, y, zoom } = steps.reduce((view, take) => take(view), wholeBoard);
        expect(zoom).toBeGreaterThanOrEqual(1);
        expect(zoom).toBeLessThanOrEqual(MAX_ZOOM);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + BOARD_WIDTH / zoom).toBeLessThanOrEqual(BOARD_WIDTH + 1e-6);
        expect(y + BOARD_HEIGHT / zoom).toBeLessThanOrEqual(BOARD_HEIGHT + 1e-6);
      }),
    );
  });

  it('keeps its middle where one zooms in there', () => {
    const near = zoomAt(wholeBoard, 2, middleOf(wholeBoard));
    expect(near).toEqual({ x: 400, y: 250, zoom: 2 });
    expect(middleOf(near)).toEqual(middleOf(wholeBoard));
  });
});
