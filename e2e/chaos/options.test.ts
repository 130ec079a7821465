import { expect, test } from 'vitest';
import { parseChaosOptions } from './options.ts';

test('takes whole numbers, does what is named and nothing else, and invents a seed', () => {
  expect(parseChaosOptions(['--frames', '20000', '--seed', '7'])).toEqual({
    rounds: 0,
    frames: 20_000,
    schedules: 0,
    minutes: 0,
    seed: 7,
  });
  expect(parseChaosOptions(['--minutes', '60'])).toMatchObject({ rounds: 0, frames: 0, minutes: 60 });
  expect(parseChaosOptions(['--schedules', '9'])).toMatchObject({ rounds: 0, frames: 0, schedules: 9, minutes: 0 });
  expect(parseChaosOptions(['--rounds', '0', '--frames', '5'])).toMatchObject({ rounds: 0, frames: 5, minutes: 0 });
  expect(parseChaosOptions([])).toMatchObject({
    rounds: 200,
    frames: 2_000_000,
    schedules: 20_000,
    minutes: 10,
    seed: expect.any(Number),
  });
  expect(parseChaosOptions(['--seed', '7'])).toEqual({
    rounds: 200,
    frames: 2_000_000,
    schedules: 20_000,
    minutes: 10,
    seed: 7,
  });
  expect(parseChaosOptions(['-h'])).toBe('help');
});

test.each([
  [['--frames', 'many'], '--frames must be a whole number from 0 to 1000000000, not "many"'],
  [['--rounds', '-1'], /'--rounds' argument is ambiguous|--rounds must be a whole number/],
  [['--minutes', '1.5'], '--minutes must be a whole number from 0 to 10000, not "1.5"'],
  [['--seed', '4294967296'], '--seed must be a whole number from 0 to 4294967295'],
  [['--speed', '1'], /--speed/],
])('says what is wrong with %j', (args, words) => {
  expect(() => parseChaosOptions(args)).toThrow(words);
});
