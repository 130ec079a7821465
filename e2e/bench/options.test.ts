import { describe, expect, test } from 'vitest';
import { parseBenchOptions } from './options.ts';

describe('the options of the bench', () => {
  test('without any, everything runs five times at full scale', () => {
    const options = parseBenchOptions([]);
    if (options === 'help') throw new Error('nobody asked for help');
    const { scale, runs, workloads, contestants } = options;
    expect({ scale, runs, workloads: workloads.length, contestants: contestants.length }).toEqual({
      scale: 'full',
      runs: 5,
      workloads: 12,
      contestants: 6,
    });
  });

  test('some workloads, contestants and runs can be chosen', () => {
    const options = parseBenchOptions(['--only', 'fan-out,hot-document', '--runs', '3', '--contestants', 'quire,bare']);
    expect(options).toMatchObject({ workloads: ['hot-document', 'fan-out'], contestants: ['quire', 'bare'], runs: 3 });
  });

  test.each(['-h', '--help'])('%s asks how it is called', (option) => {
    expect(parseBenchOptions([option])).toBe('help');
  });

  test('results that are there can be published, whatever is to be measured otherwise', () => {
    expect(parseBenchOptions(['--from', 'a.json,b.json', '--publish'])).toMatchObject({
      from: ['a.json', 'b.json'],
      publish: true,
    });
  });

  test.each([
    [['--only', 'nothing'], /no "nothing"/],
    [['--contestants', 'quire,other'], /no "other"/],
    [['--runs', '0'], /whole number/],
    [['--level', 'many'], /whole number/],
    [['--fast'], /--fast/],
    [['--publish', '--short'], /leave out --short/],
    [['--publish', '--level', '9'], /leave out --level/],
    [['--publish', '--runs', '4'], /5 runs or more, not of 4/],
    [['--from', 'a.json', '--only', 'receipts'], /--only has no meaning beside it/],
    [['--from', 'a.json', '--short'], /--short has no meaning/],
    [['--only', 'receipts', '--contestants', 'bare'], /nothing of it is measured with bare/],
  ])('%j is refused in words', (args, message) => {
    expect(() => parseBenchOptions(args)).toThrow(message);
  });
});
