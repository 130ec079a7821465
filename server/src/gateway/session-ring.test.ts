import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { PARTS, SessionRing } from './session-ring.ts';

const INTERVAL_MS = 1_000;
const opened = (openedAt: number) => ({ openedAt });

function ringOf(count: number) {
  const ring = new SessionRing<{ openedAt: number }>();
  const sessions = Array.from({ length: count }, (_, index) => opened(index));
  for (const session of sessions) ring.add(session);
  return { ring, sessions };
}

describe('a ring of sessions', () => {
  it('[G4] is visited a part at a time, each session once in an interval and at the same distance in the next', () => {
    const { ring, sessions } = ringOf(PARTS * 40);
    const clock = new ManualClock();
    const visits = new Map<object, number[]>();
    const perTurn: number[] = [];
    ring.visitInTurn(clock, INTERVAL_MS, (session) => {
      visits.set(session, [...(visits.get(session) ?? []), clock.monotonicMs()]);
    });
    for (let turn = 0; turn < 2 * PARTS; turn += 1) {
      const before = [...visits.values()].flat().length;
      clock.advance(INTERVAL_MS / PARTS);
      perTurn.push([...visits.values()].flat().length - before);
      if (turn === PARTS) for (const session of sessions.filter((_, index) => index % 3 === 0)) ring.delete(session);
    }
    expect(Math.max(...perTurn)).toBe(40);
    const kept = sessions.filter((_, index) => index % 3 !== 0);
    for (const session of kept) {
      const [first = 0, second = 0, ...more] = visits.get(session) ?? [];
      expect(second - first).toBe(INTERVAL_MS);
      expect(more).toEqual([]);
    }
  });

  it('knows how many there are, and has each once', () => {
    const { ring, sessions } = ringOf(60);
    const [one, other] = sessions as [{ openedAt: number }, { openedAt: number }];
    ring.add(one);
    ring.delete(other);
    ring.delete(other);
    ring.delete(opened(3));
    expect(ring.size).toBe(59);
    expect(new Set(ring)).toEqual(new Set(sessions.filter((session) => session !== other)));
  });

  it('may lose whom it visits', () => {
    const { ring, sessions } = ringOf(PARTS * 2);
    const clock = new ManualClock();
    const stop = ring.visitInTurn(clock, INTERVAL_MS, (session) => ring.delete(session));
    clock.advance(INTERVAL_MS);
    expect(ring.size).toBe(0);
    ring.add(sessions[0] as { openedAt: number });
    stop();
    clock.advance(INTERVAL_MS);
    expect(ring.size).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
