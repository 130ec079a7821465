import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeCodes } from './close-codes.ts';
import { MAX_RETRY_HINT_MS, readRetryHint, withRetryHint } from './retry-hint.ts';

const delay = fc.integer({ min: 0, max: MAX_RETRY_HINT_MS });

describe('a retry hint', () => {
  it('is read back from the close reason that carries it, and leaves code and name alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(closeCodes)), delay, delay, (code, one, other) => {
        const hint = { minMs: Math.min(one, other), maxMs: Math.max(one, other) };
        const hinted = withRetryHint(code, hint);
        expect(readRetryHint(hinted.reason)).toEqual(hint);
        expect(hinted).toEqual({ ...code, reason: hinted.reason });
        expect(hinted.reason.startsWith(code.reason)).toBe(true);
      }),
    );
  });

  it('fits into a close frame behind every reason', () => {
    for (const code of Object.values(closeCodes)) {
      const { reason } = withRetryHint(code, { minMs: MAX_RETRY_HINT_MS, maxMs: MAX_RETRY_HINT_MS });
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    }
  });

  it.each([
    '',
    'the server is restarting',
    'retry in 1-2 ms',
    '; retry in 5-4 ms',
    '; retry in -1-4 ms',
    '; retry in 1.5-4 ms',
    '; retry in 1-99999999999999999999 ms',
    '; retry in 1-2 ms, or not',
  ])('is not read from %j', (reason) => {
    expect(readRetryHint(reason)).toBeNull();
  });

  it('keeps nobody away for longer than its limit, whatever a close reason says', () => {
    expect(readRetryHint('back soon; retry in 3600000-7200000 ms')).toEqual({
      minMs: MAX_RETRY_HINT_MS,
      maxMs: MAX_RETRY_HINT_MS,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.tuple(fc.nat(), fc.nat()).map(reasonOf)), (reason) => {
        const hint = readRetryHint(reason);
        if (hint === null) return;
        expect(hint.maxMs).toBeLessThanOrEqual(MAX_RETRY_HINT_MS);
        expect(hint.minMs).toBeLessThanOrEqual(hint.maxMs);
      }),
    );
  });
});

function reasonOf([min, max]: readonly [number, number]): string {
  return `; retry in ${min}-${max} ms`;
}
