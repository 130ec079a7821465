import { describe, expect, test } from 'vitest';
import { parseSoakOptions } from './options.ts';

describe('the options of the soak', () => {
  test('without any, it lasts ten minutes, from another seed each time', () => {
    const [one, other] = [parseSoakOptions([]), parseSoakOptions([])];
    expect(one).toMatchObject({ minutes: 10, seed: expect.any(Number) });
    expect(one).not.toEqual(other);
  });

  test('length and seed can be chosen', () => {
    expect(parseSoakOptions(['--minutes', '3', '--seed', '0'])).toEqual({ minutes: 3, seed: 0 });
  });

  test.each(['-h', '--help'])('%s asks how it is called', (option) => {
    expect(parseSoakOptions([option])).toBe('help');
  });

  test.each([
    [['--minutes', '0'], /--minutes must be a whole number from 1 to 10080, not "0"/],
    [['--minutes', '1.5'], /not "1.5"/],
    [['--minutes', 'many'], /not "many"/],
    [['--minutes'], /--minutes/],
    [['--seed', '4294967296'], /--seed must be a whole number from 0 to 4294967295/],
    [['--hours', '1'], /--hours/],
    [['3'], /3/],
  ])('%j is refused in words', (args, message) => {
    expect(() => parseSoakOptions(args)).toThrow(message);
  });
});
