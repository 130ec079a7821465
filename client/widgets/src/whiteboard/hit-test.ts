import type { At } from './at.ts';
import type { Stroke } from './board.ts';

/** Whether a sweep from one place to another, as wide as `radius`, comes over a stroke. */
export function isTouched(
  { points, size }: Pick<Stroke, 'points' | 'size'>,
  from: At,
  to: At,
  radius: number,
): boolean {
  const reach = radius + size / 2;
  const [first] = points;
  if (first === undefined) return false;
  if (points.length === 1) return distanceTo(first, from, to) <= reach;
  return points.slice(1).some((point, at) => isNear(points[at] ?? first, point, from, to, reach));
}

function isNear(a: At, b: At, c: At, d: At, reach: number): boolean {
  if (isCrossed(a, b, c, d)) return true;
  return Math.min(distanceTo(a, c, d), distanceTo(b, c, d), distanceTo(c, a, b), distanceTo(d, a, b)) <= reach;
}

/** Of a point from the line between two others. */
function distanceTo({ x, y }: At, from: At, to: At): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.min(Math.max(((x - from.x) * dx + (y - from.y) * dy) / length, 0), 1);
  return Math.hypot(x - from.x - part * dx, y - from.y - part * dy);
}

function isCrossed(a: At, b: At, c: At, d: At): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side(a: At, b: At, { x, y }: At): number {
  return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
}
