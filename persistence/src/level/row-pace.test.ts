import { describe, expect, it } from 'vitest';
import { RowPace } from './row-pace.ts';

interface Row {
  rowStale: boolean;
  rowWrittenAt: number;
  isTitleStale: boolean;
}

/** Every document is written at each step. @returns the longest that a row was behind, and how many were written a second */
function keep(documents: number, seconds: number): { behindMs: number; perSecond: number } {
  const pace = new RowPace(1_000);
  const rows: Row[] = Array.from({ length: documents }, () => ({
    rowStale: true,
    rowWrittenAt: 0,
    isTitleStale: false,
  }));
  let [behindMs, written] = [0, 0];
  for (let now = 0; now < seconds * 1_000; now += 50) {
    for (const row of rows) {
      behindMs = Math.max(behindMs, now - row.rowWrittenAt);
      if (!pace.isDue(row, now)) continue;
      row.rowWrittenAt = now;
      written += 1;
    }
  }
  return { behindMs, perSecond: written / seconds };
}

describe('the pace of index rows', () => {
  it('writes those of a few busy documents at every interval', () => {
    expect(keep(20, 60).behindMs).toBe(1_000);
  });

  it('writes far fewer than one a second for each of a thousand', () => {
    const { behindMs, perSecond } = keep(1_000, 60);
    expect(perSecond).toBeLessThan(200);
    expect(behindMs).toBeGreaterThan(5_000);
  });

  it('leaves none behind for longer than it may be, however many they are', () => {
    expect(keep(10_000, 60).behindMs).toBeLessThanOrEqual(15_050);
  });

  it('writes a new title at the next interval', () => {
    const pace = new RowPace(1_000);
    for (let count = 0; count < 200; count += 1) {
      pace.isDue({ rowStale: true, rowWrittenAt: -1_000, isTitleStale: false }, 0);
    }
    expect(pace.isDue({ rowStale: true, rowWrittenAt: -1_000, isTitleStale: false }, 0)).toBe(false);
    expect(pace.isDue({ rowStale: true, rowWrittenAt: -1_000, isTitleStale: true }, 0)).toBe(true);
  });

  it('writes nothing that is up to date', () => {
    const pace = new RowPace(1_000);
    expect(pace.isDue({ rowStale: false, rowWrittenAt: 0, isTitleStale: false }, 60_000)).toBe(false);
  });
});
