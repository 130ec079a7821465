import { describe, expect, test } from 'vitest';
import { parseBenchOptions } from './options.ts';

describe('the options of the bench', () => {
  test('without any, everything runs five times at full scale', () => {
    const { scale, runs, workloads, contestants } = parseBenchOptions([]);
    expect({ scale, runs, workloads: workloads.length, contestants: contestants.length }).toEqual({
      scale: 'full',
      runs: 5,
      workloads: 11,
      contestants: 6,
    });
  });

  test('some workloads, contestants and runs can be chosen', () => {
    const options = parseBenchOptions(['--only', 'fan-out,hot-document', '--runs', '3', '--contestants', 'quire,bare']);
    expect(options).toMatchObject({ workloads: ['hot-document', 'fan-out'], contestants: ['quire', 'bare'], runs: 3 });
  });

  test.each([
    [['--only', 'nothing'], /no "nothing"/],
    [['--contestants', 'quire,other'], /no "other"/],
    [['--runs', '0'], /whole number/],
    [['--level', 'many'], /whole number/],
    [['--fast'], /--fast/],
  ])('%j is refused in words', (args, message) => {
    expect(() => parseBenchOptions(args)).toThrow(message);
  });
});
