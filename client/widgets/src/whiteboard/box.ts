import type { At } from './at.ts';
import type { Stroke } from './board.ts';

/** A part of a board, upright. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Around strokes, as thick as they are; null around nothing. */
export function boxAround(strokes: Iterable<Pick<Stroke, 'points' | 'size'>>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { points, size } of strokes) {
    for (const { x, y } of points) {
      left = Math.min(left, x - size / 2);
      top = Math.min(top, y - size / 2);
      right = Math.max(right, x + size / 2);
      bottom = Math.max(bottom, y + size / 2);
    }
  }
  return left > right ? null : { left, top, right, bottom };
}

export function boxBetween(one: At, other: At): Box {
  return {
    left: Math.min(one.x, other.x),
    top: Math.min(one.y, other.y),
    right: Math.max(one.x, other.x),
    bottom: Math.max(one.y, other.y),
  };
}

export function middleOfBox({ left, top, right, bottom }: Box): At {
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

export function isWithin({ left, top, right, bottom }: Box, outer: Box): boolean {
  return left >= outer.left && top >= outer.top && right <= outer.right && bottom <= outer.bottom;
}

/** @param reach how far beside the box counts as in it */
export function isIn({ x, y }: At, { left, top, right, bottom }: Box, reach = 0): boolean {
  return x >= left - reach && x <= right + reach && y >= top - reach && y <= bottom + reach;
}
