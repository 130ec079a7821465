import { describe, expect, test } from 'vitest';
import { createRandom } from './random.ts';
import { chooseSeed, seeded } from './seeded.ts';

describe('a test that makes things up', () => {
  test('gets the numbers of its seed, and what it returns is returned', async () => {
    const numbers = await seeded((random) => [random.below(1000), random.below(1000)], { seed: 7 });
    const random = createRandom(7);
    expect(numbers).toEqual([random.below(1000), random.below(1000)]);
  });

  test('names its seed when it fails, says how to run it again, and keeps what failed', async () => {
    const cause = new Error('the orders differ');
    const failure = await seeded(() => Promise.reject(cause), { seed: 7 }).catch((error: Error) => error);
    expect(failure.cause).toBe(cause);
    expect(failure.message).toMatchInlineSnapshot(`
      "the orders differ

      The seed was 7. QUIRE_TEST_SEED=7 before the command runs it again with the same numbers."
    `);
  });

  test('goes by the seed that somebody asks for', () => {
    expect(chooseSeed('42')).toBe(42);
    expect(chooseSeed('')).not.toBe(chooseSeed(undefined));
    for (const wish of ['x', '-1', '1.5', '4294967296']) expect(() => chooseSeed(wish)).toThrow(`but is "${wish}"`);
  });
});
