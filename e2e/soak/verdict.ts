import { type Glance, type MeasureName, measureNames, measures, type Reading } from './measures.ts';

/** One measure over a whole run, and whether it came back to where it was. */
export interface Row {
  readonly measure: MeasureName;
  readonly start: number;
  /** The most that was seen in between. */
  readonly peak: number;
  readonly end: number;
  /** The most that it may be at the end. */
  readonly allowed: number;
  readonly holds: boolean;
}

/** Holds the end of a run against its start. */
export function compareReadings(start: Reading, peak: Glance, end: Reading): readonly Row[] {
  return measureNames.map((measure) => {
    const allowed = start[measure] + measures[measure].mayGrowBy;
    return {
      measure,
      start: start[measure],
      peak: Math.max(start[measure], peak[measure] ?? 0, end[measure]),
      end: end[measure],
      allowed,
      // Not `end > allowed`: what is no number has not come back.
      holds: end[measure] <= allowed,
    };
  });
}

const GONE_AT_REST = ['sessions', 'connections', 'documents', 'people', 'waiting', 'waitingBytes', 'unsent'] as const;

/** Whether a server at rest can be read: nobody is there, and nothing waits. */
export function isAtRest(glance: Glance): boolean {
  return findUnrest(glance).length === 0;
}

/** What a glance has that is gone at rest. */
export function findUnrest(glance: Glance): MeasureName[] {
  return GONE_AT_REST.filter((name) => glance[name] !== 0);
}

/** The higher of both, measure by measure. */
export function higherOf(one: Glance, other: Glance): Glance {
  const higher: Partial<Record<MeasureName, number>> = { ...one };
  for (const measure of measureNames) {
    const seen = other[measure];
    if (seen !== undefined) higher[measure] = Math.max(higher[measure] ?? seen, seen);
  }
  return higher;
}

export function didReturn(rows: readonly Row[]): boolean {
  return rows.every(({ holds }) => holds);
}
