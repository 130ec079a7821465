import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEPT_MS, Places } from './places.ts';

const NEVER = Number.NEGATIVE_INFINITY;
const [ADA, BEN, EVE, FAY] = [1, 2, 3, 4];

/** Places for so many, and people who may all edit until it is said otherwise. */
function stage(size: number) {
  const ranks = new Map<number, { mayEdit: boolean; editedAt: number }>();
  let looks = 0;
  const rankOf = (clientId: number) => {
    looks += 1;
    const rank = ranks.get(clientId) ?? { mayEdit: true, editedAt: NEVER };
    ranks.set(clientId, rank);
    return rank;
  };
  const places = new Places(size, rankOf);
  const enter = (clientId: number, now = 0) => places.claim(clientId, now);
  const edit = (clientId: number, now: number) => {
    rankOf(clientId).editedAt = now;
    return places.claim(clientId, now);
  };
  const listed = (): number[] => [...places.listed];
  return { places, rankOf, enter, edit, listed, countLooks: () => looks };
}

describe('places', () => {
  it('are given as people come, and whoever comes when all are taken is counted', () => {
    const { places, enter, listed } = stage(2);
    expect(enter(ADA)).toEqual({ listed: ADA, counted: null });
    enter(BEN);
    expect(enter(EVE)).toEqual({ listed: null, counted: null });
    expect(listed()).toEqual([ADA, BEN]);
    expect(places.counted).toBe(1);
  });

  it('that become free go to who has waited longest, once for all who left', () => {
    const { places, enter, listed } = stage(2);
    for (const person of [ADA, BEN, EVE, FAY]) enter(person);
    places.leave(ADA);
    places.leave(EVE);
    expect(enter(5)).toEqual({ listed: null, counted: null }); // the place is Fay's
    expect(places.fill()).toEqual([FAY]);
    expect(listed()).toEqual([BEN, FAY]);
    expect(places.fill()).toEqual([]);
  });

  it('[G4] are given to a crowd with one look at each who waits, however many become free at once', () => {
    const { places, rankOf, enter, countLooks, listed } = stage(100);
    for (let person = 0; person < 1_100; person += 1) {
      rankOf(person).mayEdit = person % 300 === 299;
      enter(person);
    }
    const before = [...places.listed];
    for (const person of before) places.leave(person);
    const looks = countLooks();
    const seated = places.fill();
    expect(countLooks() - looks).toBeLessThanOrEqual(1_100);
    expect(seated).toHaveLength(100);
    expect(listed()).toEqual(seated);
    // Editors have taken places as they came, so that all who wait look on: who has waited longest is first.
    expect(before.filter((person) => person % 300 === 299)).toEqual([299, 599, 899]);
    expect(seated).toEqual([...seated].sort((one, other) => one - other));
  });

  it('are taken by who begins to edit from who never has, then from who has not for longest', () => {
    const { enter, edit, listed } = stage(2);
    for (const person of [ADA, BEN, EVE]) enter(person);
    edit(ADA, 1);
    expect(edit(EVE, 2)).toEqual({ listed: EVE, counted: BEN });
    expect(listed()).toEqual([ADA, EVE]);
    expect(edit(BEN, 2 + KEPT_MS)).toEqual({ listed: BEN, counted: ADA });
  });

  it('are not taken from those who edited a moment ago, however much others type', () => {
    const { enter, edit, listed } = stage(1);
    enter(ADA);
    enter(BEN);
    edit(ADA, 100);
    for (let now = 101; now < 100 + KEPT_MS; now += 7) {
      expect(edit(BEN, now)).toEqual({ listed: null, counted: null });
      expect(listed()).toEqual([ADA]);
    }
    expect(edit(BEN, 100 + KEPT_MS)).toEqual({ listed: BEN, counted: ADA });
  });

  it('go to who may edit before who only looks on, also while both wait', () => {
    const { places, rankOf, enter, listed } = stage(1);
    for (const reader of [ADA, BEN]) rankOf(reader).mayEdit = false;
    enter(ADA);
    enter(BEN);
    expect(enter(EVE)).toEqual({ listed: EVE, counted: ADA });
    expect(enter(FAY)).toEqual({ listed: null, counted: null });
    places.leave(EVE);
    expect(places.fill()).toEqual([FAY]);
    places.leave(FAY);
    expect(places.fill()).toEqual([BEN]);
    expect(listed()).toEqual([BEN]);
  });

  it('may be none: then everybody is counted', () => {
    const { places, enter, edit } = stage(0);
    enter(ADA);
    expect(edit(ADA, 50_000)).toEqual({ listed: null, counted: null });
    expect(places.fill()).toEqual([]);
    expect(places.counted).toBe(1);
  });

  it('[G4] are never more than there are, none stays free while somebody waits, and nobody is in two', () => {
    const step = fc.record({
      person: fc.integer({ min: 1, max: 12 }),
      act: fc.constantFrom('enter', 'edit', 'leave', 'demote', 'flush'),
      waitMs: fc.integer({ min: 0, max: KEPT_MS }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.array(step, { maxLength: 60 }), (size, steps) => {
        const { places, rankOf, enter, edit, listed } = stage(size);
        const here = new Set<number>();
        let now = 0;
        for (const { person, act, waitMs } of steps) {
          now += waitMs;
          if (act === 'enter') enter(person, now);
          if (act === 'edit' && here.has(person)) edit(person, now);
          if (act === 'leave') places.leave(person);
          if (act === 'demote') rankOf(person).mayEdit = false;
          if (act === 'enter') here.add(person);
          if (act === 'leave') here.delete(person);
          if (act !== 'flush') continue;
          places.fill();
          expect(listed().length).toBe(Math.min(size, here.size));
          expect(listed().length + places.counted).toBe(here.size);
          expect(listed().every((one) => here.has(one))).toBe(true);
        }
      }),
    );
  });
});
