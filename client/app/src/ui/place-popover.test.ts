import { expect, test } from 'vitest';
import { placePopover } from './place-popover.ts';

const view = { width: 1000, height: 600 };
const size = { width: 200, height: 100 };
const anchorAt = (left: number, top: number) => ({ left, top, width: 40, height: 30 });

test('a popover opens below its anchor, aligned as asked', () => {
  expect(placePopover(anchorAt(300, 50), size, view, 'start')).toEqual({ left: 300, top: 86 });
  expect(placePopover(anchorAt(300, 50), size, view, 'end')).toEqual({ left: 140, top: 86 });
  expect(placePopover(anchorAt(300, 50), size, view, 'center')).toEqual({ left: 220, top: 86 });
});

test('without room below it opens above', () => {
  expect(placePopover(anchorAt(300, 560), size, view, 'start').top).toBe(454);
});

test('it never leaves the window, and in a window too small its start stays visible', () => {
  expect(placePopover(anchorAt(980, 50), size, view, 'start').left).toBe(792);
  expect(placePopover(anchorAt(0, 50), size, view, 'end').left).toBe(8);
  expect(placePopover(anchorAt(50, 50), { width: 900, height: 900 }, { width: 300, height: 300 }, 'start')).toEqual({
    left: 8,
    top: 8,
  });
});
