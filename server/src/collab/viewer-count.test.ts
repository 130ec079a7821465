import { describe, expect, it } from 'vitest';
import { Places } from './places.ts';
import { COUNT_EVERY_MS, ViewerCount } from './viewer-count.ts';

function stage() {
  const clock = { now: 0 };
  const places = new Places(1, () => ({ mayEdit: true, editedAt: Number.NEGATIVE_INFINITY }));
  const viewers = new ViewerCount(places, () => clock.now);
  let nextPerson = 1;
  const enter = (): void => {
    places.claim(nextPerson, clock.now);
    nextPerson += 1;
  };
  return { clock, places, viewers, enter };
}

type Asked = Pick<ViewerCount, 'forNewcomer' | 'since'>;

describe('the count of viewers', () => {
  it('is not told while everybody is listed', () => {
    const { viewers, enter } = stage();
    enter();
    expect(viewers.dueInMs).toBeNull();
    expect(viewers.take(1)).toBeNull();
    expect(viewers.forNewcomer()).toBeNull();
  });

  it('is told at once when nothing was for a while, and of a crowd that comes then once more', () => {
    const { clock, viewers, enter } = stage();
    enter();
    enter();
    expect(viewers.take(1)).toEqual({ count: 1, listed: 1 });
    for (let person = 0; person < 100; person += 1) {
      enter();
      expect(viewers.take(2)).toBeNull();
    }
    expect(viewers.dueInMs).toBe(COUNT_EVERY_MS);
    clock.now += COUNT_EVERY_MS;
    expect(viewers.take(2)).toEqual({ count: 101, listed: 1 });
    expect(viewers.dueInMs).toBeNull();
  });

  it('is told when it is none again, and not when it is what it was', () => {
    const { clock, places, viewers, enter } = stage();
    enter();
    enter();
    viewers.take(1);
    clock.now += COUNT_EVERY_MS;
    places.leave(2);
    enter();
    expect(viewers.take(2)).toBeNull();
    places.leave(3);
    expect(viewers.take(2)).toEqual({ count: 0, listed: 1 });
  });

  it('is told to newcomers as it is, and to those who were behind when it was told since', () => {
    const { viewers, enter } = stage();
    enter();
    enter();
    viewers.take(5);
    enter();
    expect(viewers.forNewcomer()).toEqual({ count: 2, listed: 1 });
    expect(viewers.since(4)).toEqual({ count: 2, listed: 1 });
    expect(viewers.since(5)).toBeNull();
  });

  it('is told to whoever asks also when it is none again: they may have been told another', () => {
    const { clock, places, viewers, enter } = stage();
    enter();
    enter();
    viewers.take(1);
    places.leave(2);
    expect(viewers.forNewcomer()).toEqual({ count: 0, listed: 1 });
    clock.now += COUNT_EVERY_MS;
    viewers.take(2);
    expect(viewers.forNewcomer()).toEqual({ count: 0, listed: 1 });
  });

  it.each([
    ['came', ({ forNewcomer }: Asked) => forNewcomer()],
    ['caught up', ({ since }: Asked) => since(0)],
  ])('is told again when it is what it was, if somebody who %s meanwhile was told another', (_, ask) => {
    const { clock, places, viewers, enter } = stage();
    enter();
    enter();
    viewers.take(1);
    enter();
    const asked = { forNewcomer: () => viewers.forNewcomer(), since: (version: number) => viewers.since(version) };
    expect(ask(asked)).toEqual({ count: 2, listed: 1 });
    places.leave(3);
    expect(viewers.dueInMs).toBe(COUNT_EVERY_MS);
    clock.now += COUNT_EVERY_MS;
    expect(viewers.take(2)).toEqual({ count: 1, listed: 1 });
    expect(viewers.dueInMs).toBeNull();
  });
});
