import type { Bounds } from './positions.ts';

/** Degrees between two lines. Round numbers: what stands beside a line is read. */
const STEPS = [90, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001] as const;
/** More would be a net. */
const MOST_LINES = 8;
/** A wide map of the world shows some of it twice. */
const WIDEST = 1_080;
/** Where Mercator ends. */
const LAST_PARALLEL = 85;

export interface Graticule {
  readonly step: number;
  readonly parallels: readonly number[];
  readonly meridians: readonly number[];
}

/** The lines of a map that has no other: so many that one sees how far it is, in whatever part of the world. */
export function drawGraticule({ south, west, north, east }: Bounds): Graticule {
  const span = Math.min(Math.max(north - south, east - west), WIDEST);
  const step = STEPS.findLast((each) => span / each <= MOST_LINES) ?? STEPS[0];
  return {
    step,
    parallels: multiples(Math.max(south, -LAST_PARALLEL), Math.min(north, LAST_PARALLEL), step),
    meridians: multiples(west, west + Math.min(east - west, WIDEST), step),
  };
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  // Of the number of the line, not by adding up: sums of tenths drift.
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toFixed(3)) + 0);
}
