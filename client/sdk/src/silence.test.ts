import { describe, expect, it } from 'vitest';
import { judgeSilence } from './silence.ts';

describe('silence on the socket', () => {
  it('is probed within seconds while a change waits, and rarely while nobody waits', () => {
    const quiet = { heardAt: 0, probedAt: null, canProbe: true };
    expect(judgeSilence({ ...quiet, now: 2_999, awaiting: true })).toBe('alive');
    expect(judgeSilence({ ...quiet, now: 3_000, awaiting: true })).toBe('probe');
    expect(judgeSilence({ ...quiet, now: 19_999, awaiting: false })).toBe('alive');
    expect(judgeSilence({ ...quiet, now: 20_000, awaiting: false })).toBe('probe');
  });

  it('is death only once a probe stayed unanswered, however late the timers run', () => {
    expect(judgeSilence({ now: 3_600_000, heardAt: 0, probedAt: null, awaiting: true, canProbe: true })).toBe('probe');
    expect(judgeSilence({ now: 3_605_999, heardAt: 0, probedAt: 3_600_000, awaiting: true, canProbe: true })).toBe(
      'alive',
    );
    expect(judgeSilence({ now: 3_606_000, heardAt: 0, probedAt: 3_600_000, awaiting: true, canProbe: true })).toBe(
      'dead',
    );
  });

  it('of a handshake is death once it lasts longer than any document takes to load; with nobody waiting, it says nothing', () => {
    const unasked = { heardAt: 0, probedAt: null, canProbe: false };
    expect(judgeSilence({ ...unasked, now: 19_999, awaiting: true })).toBe('alive');
    expect(judgeSilence({ ...unasked, now: 20_000, awaiting: true })).toBe('dead');
    expect(judgeSilence({ ...unasked, now: 3_600_000, awaiting: false })).toBe('alive');
  });

  it('a frozen network is noticed within ten seconds of an edit', () => {
    let probedAt: number | null = null;
    for (let now = 0; now <= 10_000; now += 1_000) {
      const verdict = judgeSilence({ now, heardAt: 0, probedAt, awaiting: true, canProbe: true });
      if (verdict === 'dead') return;
      if (verdict === 'probe') probedAt = now;
    }
    expect.unreachable('still believed to be alive');
  });
});
