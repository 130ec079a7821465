import { describe, expect, test } from 'vitest';
import { measureUndisturbed, orderOf } from './measure.ts';

describe('the order of contestants', () => {
  const names = ['quire', 'hocuspocus', 'bare'] as const;

  test('every run has all of them', () => {
    for (let run = 1; run <= 7; run += 1) expect(new Set(orderOf(names, run))).toEqual(new Set(names));
  });

  test('nobody always goes first or always follows the same', () => {
    const firsts = new Set([1, 2, 3, 4, 5].map((run) => orderOf(names, run)[0]));
    expect(firsts.size).toBe(3);
    const followers = new Set([1, 2].map((run) => orderOf(names, run)[orderOf(names, run).indexOf('quire') + 1]));
    expect(followers.size).toBe(2);
  });
});

describe('a measurement that others disturb', () => {
  /** Attempts in turn: what each reads and how much others used meanwhile, or why it fails. */
  async function measureThrough(attempts: readonly ({ value: number; others: number } | Error)[]) {
    let next = 0;
    let others = 0;
    const measure = async () => {
      const attempt = attempts[next++] ?? new Error('nobody asked for this attempt');
      if (attempt instanceof Error) throw attempt;
      others = attempt.others;
      return { value: attempt.value };
    };
    return measureUndisturbed(
      measure,
      () => {},
      3,
      () => () => others,
    );
  }

  test('is taken again until it is calm', async () => {
    const measured = await measureThrough([
      { value: 1, others: 50 },
      { value: 2, others: 5 },
    ]);
    expect(measured).toEqual({ readings: { value: 2 }, othersPercent: 5, failed: [] });
  });

  test('keeps its figure when a later attempt fails, and says that it did', async () => {
    const measured = await measureThrough([{ value: 1, others: 50 }, new Error('lost'), { value: 3, others: 60 }]);
    expect(measured).toMatchObject({ readings: { value: 1 }, othersPercent: 50 });
    expect(measured.failed).toEqual([expect.stringMatching(/^attempt 2, .*lost$/)]);
  });

  test('fails when the first attempt does', async () => {
    await expect(measureThrough([new Error('lost'), { value: 1, others: 0 }])).rejects.toThrow('lost');
  });
});
