import { describe, expect, test } from 'vitest';
import { type Glance, type MeasureName, measureNames, measures, type Reading } from './measures.ts';
import { describeLeaks, describeUnrest, renderRows } from './report.ts';
import { compareReadings, didReturn, higherOf, isAtRest } from './verdict.ts';

const MIB = 2 ** 20;

const start = Object.fromEntries(
  measureNames.map((name) => [name, measures[name].unit === 'bytes' ? 50 * MIB : 3]),
) as Reading;

function endWith(changes: Partial<Reading>): Reading {
  return { ...start, ...changes };
}

describe('the verdict of a soak', () => {
  test('is good when everything is where it was, whatever there was in between', () => {
    const rows = compareReadings(start, endWith({ sessions: 500, memory: 900 * MIB }), start);
    expect(didReturn(rows)).toBe(true);
    expect(rows.find(({ measure }) => measure === 'sessions')).toMatchObject({ start: 3, peak: 500, end: 3 });
    expect(describeLeaks(rows)).toEqual([]);
  });

  test('is good when there is less than at the start', () => {
    const end = Object.fromEntries(measureNames.map((name) => [name, 0])) as Reading;
    expect(didReturn(compareReadings(start, {}, end))).toBe(true);
  });

  test.each(measureNames)('is good while %s has grown by no more than it may, and bad beyond', (name) => {
    const most = start[name] + measures[name].mayGrowBy;
    expect(didReturn(compareReadings(start, {}, endWith({ [name]: most })))).toBe(true);
    const rows = compareReadings(start, {}, endWith({ [name]: most + 1 }));
    expect(didReturn(rows)).toBe(false);
    expect(rows.filter(({ holds }) => !holds).map(({ measure }) => measure)).toEqual([name]);
  });

  test.each(measureNames.filter((name) => measures[name].unit === 'items'))('lets not one of %s stay', (name) => {
    expect(measures[name].mayGrowBy).toBe(0);
  });

  test.each<[MeasureName, number, string, RegExp]>([
    ['sessions', 5, 'sessions: 5 at the end, 3 at the start, allowed 3', /^sessions .* 3 +9 +5 +3 +2 TOO MANY$/m],
    ['timers', 1203, 'timers set: 1,203 at the end, 3 at the start, allowed 3', /^timers set .* 1,200 TOO MANY$/m],
    [
      'memory',
      150 * MIB,
      'anonymous memory: 150.0 MiB at the end, 50.0 MiB at the start, allowed 114.0 MiB',
      /^anonymous memory .* 36\.0 MiB TOO MANY$/m,
    ],
  ])('says of a leak of %s how much there was, is and may be', (name, end, words, line) => {
    const rows = compareReadings(start, { sessions: 9 }, endWith({ [name]: end }));
    expect(describeLeaks(rows)).toEqual([words]);
    expect(renderRows(rows)).toMatch(line);
  });

  test('is bad when a measure could not be read', () => {
    expect(didReturn(compareReadings(start, {}, endWith({ people: Number.NaN })))).toBe(false);
  });

  test('knows the peak from what was seen under load, also when that is not everything', () => {
    const seen: Glance[] = [{ sessions: 4 }, { sessions: 90, documents: 12 }, { sessions: 7, people: 1 }];
    const peak = seen.reduce(higherOf);
    expect(peak).toEqual({ sessions: 90, documents: 12, people: 1 });
  });
});

describe('a server is at rest', () => {
  const nobody = {
    sessions: 0,
    connections: 0,
    documents: 0,
    people: 0,
    waiting: 0,
    waitingBytes: 0,
    unsent: 0,
  };

  test('when nobody is there and nothing waits', () => {
    expect(isAtRest(nobody)).toBe(true);
  });

  test.each(Object.keys(nobody))('not while %s is above zero, or unknown', (name) => {
    expect(isAtRest({ ...nobody, [name]: 1 })).toBe(false);
    const { [name as keyof typeof nobody]: _unknown, ...others } = nobody;
    expect(isAtRest(others)).toBe(false);
  });
});

describe('a start', () => {
  const gone = ['sessions', 'connections', 'documents', 'people', 'waiting', 'waitingBytes', 'unsent'] as const;
  const resting = endWith(Object.fromEntries(gone.map((name) => [name, 0])));

  test('is one when nobody is there and nothing waits, whatever else the process holds', () => {
    expect(describeUnrest(resting)).toEqual([]);
  });

  test.each(gone)('is none with something of %s, which would be allowed at the end', (name) => {
    const { label, unit } = measures[name];
    const words = unit === 'bytes' ? '1.0 MiB' : '1,048,576';
    expect(describeUnrest({ ...resting, [name]: MIB })).toEqual([`the start was not at rest: ${label} ${words}`]);
  });

  test('is none when it could not be read', () => {
    expect(describeUnrest({ ...resting, people: Number.NaN })).toHaveLength(1);
  });
});
