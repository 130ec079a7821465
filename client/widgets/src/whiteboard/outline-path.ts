import { getStroke } from 'perfect-freehand';
import type { Stroke } from './board.ts';

/** The outline of a stroke as the `d` of a path: filled, it is the line as a pen would draw it. */
export function outlinePath({
  points,
  size,
  hasPressure,
  isDone,
}: Pick<Stroke, 'points' | 'size' | 'hasPressure' | 'isDone'>): string {
  const outline = getStroke(
    points.map(({ x, y, pressure }) => [x, y, pressure]),
    { size, thinning: 0.5, smoothing: 0.5, streamline: 0.4, simulatePressure: !hasPressure, last: isDone },
  );
  const [first] = outline;
  if (first === undefined) return '';
  // Curves through the middles of the edges: corners of the outline become round.
  const parts = [`M${write(first)}Q`];
  outline.forEach((point, at) => {
    const next = outline[(at + 1) % outline.length] ?? first;
    parts.push(`${write(point)} ${write([(point[0] + next[0]) / 2, (point[1] + next[1]) / 2])} `);
  });
  return `${parts.join('').trimEnd()}Z`;
}

function write([x, y]: readonly [number, number]): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
