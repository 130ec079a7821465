import { describe, expect, it } from 'vitest';
import { ReadingPace } from './reading-pace.ts';

const MIB = 1024 * 1024;
const records = (count: number, bytes: number): Uint8Array[] =>
  Array.from({ length: count }, () => new Uint8Array(bytes));

describe('how many records are asked for at once', () => {
  it('is one at first, and grows while they are small', () => {
    const pace = new ReadingPace();
    const asked: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      asked.push(pace.records);
      pace.took(records(pace.records, 100));
    }
    expect(asked).toEqual([1, 2, 4, 8, 16, 16]);
  });

  it('[G4] fewer records are asked for at once the larger they are, and the more streams bring them', () => {
    const pace = new ReadingPace();
    for (let round = 0; round < 4; round += 1) pace.took([]);
    pace.took(records(16, MIB / 2));
    expect(pace.records).toBe(4);
    pace.took(records(8, MIB / 2), 2);
    expect(pace.records).toBe(2);
    pace.took(records(2, 4 * MIB));
    expect(pace.records).toBe(1);
  });

  it('is halved by an answer that did not come, down to one', () => {
    const pace = new ReadingPace();
    for (let round = 0; round < 2; round += 1) pace.took([]);
    const asked: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      pace.missed();
      asked.push(pace.records);
    }
    expect(asked).toEqual([2, 1, 1]);
  });
});
