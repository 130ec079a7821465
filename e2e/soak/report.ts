import { renderPlain } from '../bench/report/plain-text.ts';
import { measures, type Reading } from './measures.ts';
import { findUnrest, type Row } from './verdict.ts';

const MIB = 2 ** 20;
const count = new Intl.NumberFormat('en');

export function renderRows(rows: readonly Row[]): string {
  return renderPlain([
    ['measure', 'start', 'peak', 'end', 'allowed', 'verdict'],
    ...rows.map(({ measure, start, peak, end, allowed, holds }) => {
      const show = (value: number): string => showValue(value, measures[measure].unit);
      const verdict = holds ? 'returned' : `${showValue(end - allowed, measures[measure].unit)} TOO MANY`;
      return [measures[measure].label, show(start), show(peak), show(end), show(allowed), verdict];
    }),
  ]);
}

/** Everything that did not come back, in words. */
export function describeLeaks(rows: readonly Row[]): string[] {
  return rows
    .filter(({ holds }) => !holds)
    .map(({ measure, start, end, allowed }) => {
      const [was, is, most] = [start, end, allowed].map((value) => showValue(value, measures[measure].unit));
      return `${measures[measure].label}: ${is} at the end, ${was} at the start, allowed ${most}`;
    });
}

/** What the start still had, in words: as much at the end would pass for no leak. */
export function describeUnrest(start: Reading): string[] {
  return findUnrest(start).map((name) => {
    const { label, unit } = measures[name];
    return `the start was not at rest: ${label} ${showValue(start[name], unit)}`;
  });
}

export function showValue(value: number, unit: 'items' | 'bytes'): string {
  return unit === 'bytes' ? `${(value / MIB).toFixed(1)} MiB` : count.format(value);
}

/** `1:05` */
export function showDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
