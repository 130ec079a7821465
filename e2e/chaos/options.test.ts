import { expect, test } from 'vitest';
import { parseChaosOptions } from './options.ts';

test('takes whole numbers, also 0 for a part that is left out, and invents a seed', () => {
  expect(parseChaosOptions(['--rounds', '0', '--frames', '20000', '--seed', '7'])).toEqual({
    rounds: 0,
    frames: 20_000,
    seed: 7,
  });
  expect(parseChaosOptions([])).toMatchObject({ rounds: 200, frames: 2_000_000, seed: expect.any(Number) });
  expect(parseChaosOptions(['-h'])).toBe('help');
});

test.each([
  [['--frames', 'many'], '--frames must be a whole number from 0 to 1000000000, not "many"'],
  [['--rounds', '-1'], /'--rounds' argument is ambiguous|--rounds must be a whole number/],
  [['--seed', '4294967296'], '--seed must be a whole number from 0 to 4294967295'],
  [['--speed', '1'], /--speed/],
])('says what is wrong with %j', (args, words) => {
  expect(() => parseChaosOptions(args)).toThrow(words);
});
