import { describe, expect, it } from 'vitest';
import { closeCodes, describeClose } from './close-codes.ts';

const all = Object.values(closeCodes);

describe('close codes', () => {
  it.each([1002, 1007, 1008, 1009])(
    '%i, with which a WebSocket server closes by itself, has a name and a reason',
    (code) => {
      expect(all.map((entry) => entry.code)).toContain(code);
      expect(describeClose(code).reason).not.toBe('');
    },
  );

  it('a connection whose bytes were garbled on the way may be tried again', () => {
    expect([describeClose(1002).retry, describeClose(1007).retry]).toEqual(['backoff', 'backoff']);
  });

  it('none stands for two things', () => {
    expect(new Set(all.map((entry) => entry.code)).size).toBe(all.length);
    expect(new Set(all.map((entry) => entry.name)).size).toBe(all.length);
  });

  it('those of the ranges that y-websocket acts on say the same as their range', () => {
    const ranged = all.filter(({ code }) => code >= 4400 && code < 4600);
    expect(ranged.length).toBeGreaterThan(10);
    for (const { code, retry } of ranged) expect(retry).toBe(code < 4500 ? 'never' : 'backoff');
  });

  it('a reason fits into a close frame', () => {
    for (const { reason } of all) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});
