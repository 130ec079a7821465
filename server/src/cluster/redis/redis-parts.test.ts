import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { readHash, readLastId, readPage, readStreams } from './redis-replies.ts';
import { isOlder, parseInfo } from './server-facts.ts';
import { compareStreamIds } from './stream-id.ts';

const b = (text: string): Buffer => Buffer.from(text);

describe('ids of streams', () => {
  it.each([
    ['5-1', '5-1', 0],
    ['5-1', '5-2', -1],
    ['5-10', '5-9', 1],
    ['10-0', '9-99', 1],
    ['18446744073709551615-18446744073709551614', '18446744073709551615-18446744073709551615', -1],
  ])('%s against %s', (one, other, sign) => {
    expect(Math.sign(compareStreamIds(one, other))).toBe(sign);
    expect(Math.sign(compareStreamIds(other, one))).toBe(0 - sign);
  });
});

describe('the wait before another attempt', () => {
  it('doubles from 50 ms to 2 s, and half of it is chance', () => {
    expect([0, 1, 2, 5, 6, 1000].map((attempt) => backoffMs(attempt, () => 1))).toEqual([
      50, 100, 200, 1600, 2000, 2000,
    ]);
    expect([0, 6].map((attempt) => backoffMs(attempt, () => 0))).toEqual([25, 1000]);
  });
});

describe('answers of Redis', () => {
  it('records come without probes and without what was deleted while it was read', () => {
    const entries = [
      [b('1-0'), [b('r'), b('one')]],
      [b('1-1'), [b('p'), b('')]],
      [b('1-2'), null],
      [b('2-0'), [b('r'), b('')]],
    ];
    const page = { lastId: '2-0', records: [b('one'), b('')] };
    expect(readStreams([[b('k'), entries]])).toEqual(new Map([['k', page]]));
    expect(readStreams(null)).toEqual(new Map());
    expect(readPage(entries)).toEqual(page);
    expect(readPage([])).toBeNull();
  });

  it('the last id of nothing is none', () => {
    expect(readLastId([])).toBeNull();
    expect(readLastId([[b('7-1'), [b('p'), b('')]]])).toBe('7-1');
  });

  it.each([['a text'], [{}], [[b('a'), 7]], [[b('a'), null]]])('%j is no hash, and is refused as such', (reply) => {
    expect(() => readHash(reply)).toThrow(expect.objectContaining({ code: 'unsuitable' }));
  });

  it('facts are lines with a colon', () => {
    expect(Object.fromEntries(parseInfo('# Server\r\nredis_version:7.0.15\r\nos:Linux: 6\r\n\r\n'))).toEqual({
      redis_version: '7.0.15',
      os: 'Linux: 6',
    });
  });

  it.each([
    ['6.0.16', true],
    ['6.2.0', false],
    ['7.0.15', false],
    ['10.1', false],
    ['5', true],
  ])('%s is older than 6.2: %s', (version, expected) => {
    expect(isOlder(version, [6, 2])).toBe(expected);
  });
});
