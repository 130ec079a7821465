import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Room } from '../api.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openStage, type Stage } from '../testing/stage.ts';
import { areSamePeople, createTypingSign, findTypists, TYPING_LASTS_MS } from './typing.ts';

let stage: Stage;
let room: Room;
let clock: ManualClock;
let said: unknown[];

beforeEach(async () => {
  stage = await openStage();
  room = stage.connect().open('plan');
  clock = new ManualClock();
  said = [];
  room.awareness.on('change', () => said.push(room.awareness.getLocalState()?.typing));
});

afterEach(async () => {
  await stage.close();
});

describe('a sign that somebody types', () => {
  it('is given once, however many keys they press, and taken back when they rest', () => {
    const sign = createTypingSign(room, clock);
    for (let key = 0; key < 10; key += 1) {
      sign.set(true);
      clock.advance(TYPING_LASTS_MS - 1);
    }
    expect(said).toEqual([true]);
    clock.advance(1);
    expect([said, clock.waiting]).toEqual([[true, false], 0]);
  });

  it('is taken back at once by who has sent what they typed, and by its end', () => {
    const sign = createTypingSign(room, clock);
    sign.set(true);
    sign.set(false);
    sign.set(true);
    sign.end();
    expect([said, clock.waiting]).toEqual([[true, false, true, false], 0]);
  });

  it('is one for all fields of a page, and is there until the last of them rests', () => {
    const [title, notes] = [createTypingSign(room, clock), createTypingSign(room, clock)];
    title.set(true);
    clock.advance(1);
    notes.set(true);
    title.end();
    expect(said).toEqual([true]);
    clock.advance(TYPING_LASTS_MS);
    expect([said, clock.waiting]).toEqual([[true, false], 0]);
  });

  it('of who has said nothing takes nothing back, and one in no room is lost', () => {
    createTypingSign(room, clock).end();
    const nowhere = createTypingSign(null, clock);
    nowhere.set(true);
    nowhere.end();
    expect([said, clock.waiting]).toEqual([[], 0]);
  });
});

describe('who types', () => {
  const ada = { clientId: 1, name: 'Ada', color: 'red', isMe: false, cursorActiveAt: 1 };

  it('is who says so, in so many words', () => {
    const others = [true, false, 'yes', undefined].map((typing, at) => ({
      ...ada,
      clientId: at,
      presence: { typing },
    }));
    expect(findTypists(others).map(({ clientId }) => clientId)).toEqual([0]);
  });

  it('are the same people while only their carets move', () => {
    expect(areSamePeople([ada], [{ ...ada, cursorActiveAt: 2 }])).toBe(true);
    expect(areSamePeople([ada], [{ ...ada, name: 'Adah' }])).toBe(false);
    expect(areSamePeople([ada], [])).toBe(false);
  });
});
