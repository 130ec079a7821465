// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CursorLayer } from './cursor-layer.ts';

const FRAME_MS = 16;
const ADA = 1;
const whole = new DOMRect(0, 0, 1_000, 500);
const middle = new DOMRect(400, 200, 200, 100);

let layer: CursorLayer;
let wantsMotion: boolean;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance', 'setTimeout', 'clearTimeout'],
  });
  wantsMotion = true;
  layer = new CursorLayer({
    findHost: () => whole,
    findAnchor: (anchor) => (anchor === null ? whole : anchor === 'middle' ? middle : null),
    now: () => performance.now(),
    wantsMotion: () => wantsMotion,
  });
});
afterEach(() => {
  layer.close();
  vi.useRealTimers();
});

function point(x: number, y: number, anchor: string | null = null): void {
  layer.show(new Map([[ADA, { pointer: { over: '', anchor, x, y }, name: 'Ada', color: '#7c3aed' }]]));
}

function cursor(): HTMLElement | null {
  return layer.element.querySelector<HTMLElement>('[data-client="1"]');
}

/** Where it is drawn. */
function spot(): readonly number[] {
  return (cursor()?.style.getPropertyValue('translate') ?? '').split(' ').map(Number.parseFloat);
}

test('a pointer is where it was first said to be at once, and goes on in small steps', () => {
  point(0.1, 0.1);
  expect(spot()).toEqual([100, 50]);
  vi.advanceTimersByTime(100);
  point(0.9, 0.9);
  expect(spot()).toEqual([100, 50]);
  const steps: number[] = [];
  for (let frame = 0; frame < 10; frame += 1) {
    const [before = 0] = spot();
    vi.advanceTimersToNextFrame();
    steps.push((spot()[0] ?? 0) - before);
  }
  // 800 pixels in 100 ms, so that many in a frame.
  expect(Math.max(...steps)).toBeLessThanOrEqual((800 * FRAME_MS) / 100 + 1e-6);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(spot()).toEqual([900, 450]);
  expect(vi.getTimerCount()).toBe(0);
});

test('in another element of the page it begins anew', () => {
  point(0.1, 0.1);
  vi.advanceTimersByTime(100);
  point(0.5, 0.5, 'middle');
  expect(spot()).toEqual([500, 250]);
  expect(vi.getTimerCount()).toBe(0);
});

test('who wants no motion sees it jump', () => {
  wantsMotion = false;
  point(0.1, 0.1);
  vi.advanceTimersByTime(100);
  point(0.9, 0.9);
  expect(spot()).toEqual([900, 450]);
  expect(vi.getTimerCount()).toBe(0);
});

test('over what is not in this page it is not shown', () => {
  point(0.5, 0.5, 'elsewhere');
  expect(cursor()?.hasAttribute('data-outside')).toBe(true);
  point(0.5, 0.5);
  expect(cursor()?.hasAttribute('data-outside')).toBe(false);
});

test('who points no longer fades, unless they are back before they are gone', () => {
  point(0.1, 0.1);
  layer.show(new Map());
  expect(cursor()?.hasAttribute('data-gone')).toBe(true);
  point(0.1, 0.1);
  expect(cursor()?.hasAttribute('data-gone')).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(cursor()).not.toBeNull();
  layer.show(new Map());
  vi.advanceTimersByTime(1_000);
  expect(cursor()).toBeNull();
});

test('what is closed leaves no frame and no timer', () => {
  point(0.1, 0.1);
  vi.advanceTimersByTime(100);
  point(0.9, 0.9);
  layer.show(new Map());
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  layer.close();
  expect(vi.getTimerCount()).toBe(0);
});
