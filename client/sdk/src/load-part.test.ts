import { describe, expect, it } from 'vitest';
import { loadPart } from './load-part.ts';
import { ManualClock } from './testing/manual-clock.ts';

const never = () => new Promise<never>(() => {});

describe('a part that is loaded when it is needed', () => {
  it('is what was loaded, and nothing waits any more', async () => {
    const clock = new ManualClock();
    expect(await loadPart(async () => 'a part', clock)).toBe('a part');
    expect(clock.waiting).toBe(0);
  });

  it('that can not be had is as if the server could not be reached', async () => {
    const fault = new TypeError('Failed to fetch dynamically imported module');
    const loading = loadPart(() => Promise.reject(fault), new ManualClock());
    await expect(loading).rejects.toMatchObject({ code: 'unreachable', cause: fault, retryable: true });
  });

  it('is not waited for in a network that has frozen, nor once its signal says so', async () => {
    const clock = new ManualClock();
    const frozen = expect(loadPart(never, clock)).rejects.toMatchObject({ code: 'unreachable' });
    clock.advance(15_000);
    await frozen;
    const abort = new AbortController();
    const unwanted = expect(loadPart(never, clock, abort.signal)).rejects.toThrow('not needed');
    abort.abort(new Error('not needed'));
    await unwanted;
    expect(clock.waiting).toBe(0);
  });
});
