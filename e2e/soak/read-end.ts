import type { Glance, Reading } from './measures.ts';
import type { ServerGauge } from './server-gauge.ts';
import { compareReadings, didReturn, type Row } from './verdict.ts';

/** The end may be read again before it counts: a fold of the journal may still be under way when the rest begins. */
const END_READINGS = 2;

/** Holds what a server at rest has against what it had at the start. */
export async function readEnd(
  gauge: ServerGauge,
  start: Reading,
  peak: Glance,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    await gauge.rest(signal);
    signal.throwIfAborted();
    const rows = compareReadings(start, peak, await gauge.read());
    if (didReturn(rows) || attempt === END_READINGS) return rows;
  }
}
