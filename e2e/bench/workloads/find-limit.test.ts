import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLimit } from './find-limit.ts';

const levels = [10, 20, 30, 50, 80, 130, 210, 340];

async function search(limit: number, start: number): Promise<{ level: number | null; attempts: number[] }> {
  const attempts: number[] = [];
  const found = await findLimit(levels, start, (level) => {
    attempts.push(level);
    return Promise.resolve({ level, isHeld: level <= limit, readings: null });
  });
  return { level: found?.level ?? null, attempts };
}

describe('the search for the limit', () => {
  test('ends at the highest level that is held, wherever it starts, and tries none twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 }), fc.constantFrom(...levels), async (limit, start) => {
        const { level, attempts } = await search(limit, start);
        expect(level).toBe(levels.findLast((candidate) => candidate <= limit) ?? null);
        expect(new Set(attempts).size).toBe(attempts.length);
      }),
    );
  });

  test('from a start that is the limit, one more attempt shows it', async () => {
    expect((await search(80, 80)).attempts).toEqual([80, 130]);
  });
});
