import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { CommonTime } from './common-time.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE_MS = 60_000;

describe('the time of a cluster', () => {
  it('[R10] is that of the bus on all nodes, however far their own clocks are off, and goes on without it', async () => {
    const clocks = [new ManualClock(NOON), new ManualClock(NOON - 3 * MINUTE_MS), new ManualClock(NOON + MINUTE_MS)];
    const times = clocks.map((clock) => new CommonTime(clock));
    for (const time of times) await time.ask(async () => NOON);
    for (const clock of clocks) clock.advance(10 * MINUTE_MS);
    expect(times.map((time) => time.now())).toEqual(clocks.map(() => NOON + 10 * MINUTE_MS));
    expect(times.map(({ skewMs }) => skewMs)).toEqual([0, -3 * MINUTE_MS, MINUTE_MS]);
  });

  it('is the time of day while the bus has not said what it is', async () => {
    const time = new CommonTime(new ManualClock(NOON));
    const refused = time.ask(() => Promise.reject(new Error('away')));
    await expect(refused).rejects.toThrow('away');
    expect([time.now(), time.skewMs]).toEqual([NOON, null]);
  });

  it('takes it that the bus said so halfway between the question and the answer', async () => {
    const clock = new ManualClock(NOON);
    const time = new CommonTime(clock);
    await time.ask(async () => {
      clock.advance(500);
      const said = NOON + MINUTE_MS;
      clock.advance(500);
      return said;
    });
    expect(time.now()).toBe(NOON + MINUTE_MS + 500);
  });

  it('does not go by an answer that took long, once it knows better', async () => {
    const clock = new ManualClock(NOON);
    const time = new CommonTime(clock);
    await time.ask(async () => NOON);
    await time.ask(async () => {
      clock.advance(501);
      return NOON;
    });
    expect(time.now()).toBe(NOON + 501);
  });

  it('follows the bus when its clock is set', async () => {
    const time = new CommonTime(new ManualClock(NOON));
    await time.ask(async () => NOON + MINUTE_MS);
    await time.ask(async () => NOON - MINUTE_MS);
    expect(time.now()).toBe(NOON - MINUTE_MS);
  });
});
