// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Spot } from './glide.ts';
import { createGliders, type Gliders } from './gliders.ts';

const LONGEST_MS = 1_000;
/** Of the faked frames. */
const FRAME_MS = 16;

/** Every place at which it was drawn. */
let drawn: Spot[];
let frames: number;
let gliders: Gliders<string>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance'] });
  drawn = [];
  frames = 0;
  gliders = create();
});
afterEach(() => {
  gliders.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function create(): Gliders<string> {
  return createGliders<string>({
    longestMs: LONGEST_MS,
    onMove: (_id, spot) => drawn.push(spot),
    onFrame: () => {
      frames += 1;
    },
  });
}

test('what is told first is there with the next frame, and then there are none', () => {
  gliders.tell('ada', [10, 20]);
  expect(gliders.find('ada')).toEqual([10, 20]);
  expect(gliders.find('ben')).toBeNull();
  vi.advanceTimersToNextFrame();
  expect(drawn).toEqual([[10, 20]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('what is told another place goes there in small steps, and rests there', () => {
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersByTime(200);
  drawn = [];
  gliders.tell('ada', [100, 50]);
  expect(gliders.find('ada')).toEqual([0, 0]);
  vi.advanceTimersByTime(400);
  const steps = [[0, 0] as Spot, ...drawn].slice(0, -1).map((spot, index) => (drawn[index]?.[0] ?? 0) - spot[0]);
  expect(drawn.length).toBeGreaterThan(10);
  // 100 in 200 ms, so that much in a frame.
  expect(Math.max(...steps)).toBeLessThanOrEqual((100 * FRAME_MS) / 200 + 1e-6);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  for (const [x, y] of drawn) expect(y).toBeCloseTo(x / 2);
  expect(drawn.at(-1)).toEqual([100, 50]);
  expect(vi.getTimerCount()).toBe(0);
});

test('what is told another place on its way turns where it is drawn', () => {
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersByTime(200);
  gliders.tell('ada', [100, 0]);
  vi.advanceTimersByTime(100);
  const before = drawn.at(-1)?.[0] ?? 0;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(100);
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersToNextFrame();
  expect(Math.abs((drawn.at(-1)?.[0] ?? 0) - before)).toBeLessThanOrEqual((100 * 2 * FRAME_MS) / 200);
  vi.advanceTimersByTime(LONGEST_MS);
  expect(drawn.at(-1)).toEqual([0, 0]);
});

test('told the same place again, its way goes on', () => {
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersByTime(200);
  gliders.tell('ada', [100, 0]);
  vi.advanceTimersByTime(100);
  gliders.tell('ada', [100, 0]);
  vi.advanceTimersByTime(100 + FRAME_MS);
  expect(drawn.at(-1)).toEqual([100, 0]);
});

test('all that moves is drawn with one frame', () => {
  gliders.tell('ada', [0, 0]);
  gliders.tell('ben', [1, 1]);
  vi.advanceTimersToNextFrame();
  expect(drawn).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(frames).toBe(1);
});

test('who wants no motion sees things jump', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  gliders = create();
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersByTime(200);
  gliders.tell('ada', [100, 0]);
  vi.advanceTimersToNextFrame();
  expect(drawn.at(-1)).toEqual([100, 0]);
  expect(vi.getTimerCount()).toBe(0);
});

test('what is gone is drawn no more, and begins anew where it comes back', () => {
  gliders.tell('ada', [0, 0]);
  vi.advanceTimersByTime(200);
  gliders.tell('ada', [100, 0]);
  gliders.forget('ada');
  drawn = [];
  vi.advanceTimersByTime(LONGEST_MS);
  expect(drawn).toEqual([]);
  gliders.tell('ada', [50, 0]);
  vi.advanceTimersToNextFrame();
  expect(drawn).toEqual([[50, 0]]);
});

test('what is closed asks for no frame', () => {
  gliders.tell('ada', [0, 0]);
  gliders.close();
  expect(vi.getTimerCount()).toBe(0);
});
