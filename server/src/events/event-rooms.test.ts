import { readEventNotice } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { MOST_HEADS } from './closed-heads.ts';
import type { EventDraft, EventRoom, Outcome } from './event-room.ts';
import { EventRooms, MOST_CLOSED } from './event-rooms.ts';

const draft = (text: string, key = ''): EventDraft => ({
  name: 'chat',
  data: JSON.stringify(text),
  from: { id: 'ada', name: 'Ada', clientId: null },
  key,
});

function stage({ hasPeers = false, perSecond = 1_000, maxTotalBytes = 1024 * 1024 } = {}) {
  const clock = new ManualClock();
  const rooms = new EventRooms({
    clock,
    limits: { maxEventBytes: 100, maxEventsPerSecond: 1_000, maxEventsPerSecondPerDocument: perSecond },
    replay: { maxEvents: 100, maxBytes: 64 * 1024, maxAgeMs: 60_000, maxTotalBytes },
    hasPeers,
  });
  return { clock, rooms };
}

/** What is told to somebody who has heard all until now, when they come back. */
function leave(room: EventRoom, clock: ManualClock): (back: EventRoom) => { texts: unknown[]; gap: string | null } {
  const { heads, name } = room.log;
  const since = clock.monotonicMs();
  return (back) => {
    const notice = readEventNotice(back.listen({ log: name, heads, awayMs: clock.monotonicMs() - since }));
    if (notice?.kind !== 'listening') throw new Error('an answer expected');
    return { texts: notice.events.map(({ data }) => data), gap: notice.gap };
  };
}

const idOf = (outcome: Outcome): string =>
  outcome.kind === 'taken' ? outcome.event.id : expect.fail('it should be taken');
const refusalOf = (outcome: Outcome): string | null => (outcome.kind === 'refused' ? outcome.refusal.code : null);

describe('events of a node', () => {
  it('[G6] carry what the server knows of them, and nothing that their sender made up', () => {
    const { clock, rooms } = stage();
    const outcome = rooms.open('plan', 0).take(draft('hello'));
    if (outcome.kind !== 'taken') throw new Error('it should be taken');
    expect(readEventNotice(outcome.event.payload)).toEqual({
      kind: 'event',
      event: { id: outcome.event.id, name: 'chat', data: 'hello', time: clock.now(), from: draft('').from },
    });
  });

  it('[G4] are refused when they are too large, or too many come', () => {
    const { rooms } = stage({ perSecond: 1 });
    const room = rooms.open('plan', 0);
    expect(refusalOf(room.take(draft('x'.repeat(99))))).toBe('event-too-large');
    expect(refusalOf(room.take(draft('ü'.repeat(49))))).toBeNull();
    expect(refusalOf(room.take(draft('two')))).toBeNull();
    expect(refusalOf(room.take(draft('three')))).toBe('too-many-events');
  });

  it('what was said before and got no answer is taken only where it would be known if it had been', () => {
    const { clock, rooms } = stage();
    const again = (text: string, saidAgoMs: number) => ({ ...draft(text, text), saidAgoMs });
    // Of what was said to the server before this one nobody knows.
    expect(refusalOf(rooms.open('plan', clock.monotonicMs()).take(again('early', 5)))).toBe('maybe-taken');
    clock.advance(10_000);
    const room = rooms.open('plan', clock.monotonicMs());
    expect(room.take(again('lost on its way', 5_000)).kind).toBe('taken');
    expect(room.take(again('lost on its way', 5_000)).kind).toBe('known');
    expect(rooms.open('other', clock.monotonicMs()).take(again('elsewhere', 5_000)).kind).toBe('taken');
    // As long as nothing is forgotten, it is known that nothing was; then it is not.
    clock.advance(50_000);
    expect(room.take(again('long ago', 45_000)).kind).toBe('taken');
    clock.advance(11_000);
    room.take(draft('new', 'new'));
    expect(refusalOf(room.take(again('before that', 62_000)))).toBe('maybe-taken');
    expect(room.take(again('after that', 59_000)).kind).toBe('taken');
  });

  it('what was said before is known for so many, and in a document that was forgotten for none', () => {
    const { clock, rooms } = stage({ perSecond: 10_000 });
    const again = (key: string, saidAgoMs: number) => ({ ...draft(key, key), saidAgoMs });
    clock.advance(10_000);
    const room = rooms.open('plan', clock.monotonicMs());
    room.take(draft('first', 'first'));
    clock.advance(3_000);
    for (let count = 0; count < 1_000; count += 1) room.take(draft('more', `more-${count}`));
    expect(refusalOf(room.take(again('first', 3_000)))).toBe('maybe-taken');
    expect(room.take(again('later', 1_500)).kind).toBe('taken');

    rooms.close('plan');
    for (let count = 0; count <= MOST_CLOSED; count += 1) rooms.takeClosed(`order-${count}`, draft('x'));
    expect(rooms.find('plan')).toBeNull();
    clock.advance(2_000);
    const back = rooms.open('plan', clock.monotonicMs());
    expect(refusalOf(back.take(again('more-7', 2_000)))).toBe('maybe-taken');
  });

  it('[G2] what was said before is not taken by a node that did not hear of the others then', () => {
    const { clock, rooms } = stage({ hasPeers: true });
    clock.advance(60_000);
    const room = rooms.open('plan', clock.monotonicMs());
    clock.advance(5_000);
    const again = (key: string, saidAgoMs: number) => ({ ...draft(key, key), saidAgoMs });
    expect(refusalOf(room.take(again('to another node', 5_000)))).toBe('maybe-taken');
    expect(room.take(again('to this one', 3_000)).kind).toBe('taken');
    room.learnKeys([{ id: 'other.1', key: 'known', time: 1 }]);
    expect(room.take(again('known', 50_000)).kind).toBe('known');
  });

  it('what is sent again with the same key is the same event', () => {
    const { rooms } = stage({ perSecond: 1 });
    const room = rooms.open('plan', 0);
    const first = room.take(draft('order 17', '17'));
    for (let again = 0; again < 5; again += 1) {
      expect(room.take(draft('order 17', '17'))).toMatchObject({
        kind: 'known',
        event: { id: first.kind === 'taken' && first.event.id },
      });
    }
  });

  it('are remembered while their document is closed, for who was alone in it', () => {
    const { clock, rooms } = stage();
    const back = leave(rooms.open('plan', 0), clock);
    rooms.close('plan');
    clock.advance(10_000);
    rooms.takeClosed('plan', draft('meanwhile'));
    clock.advance(10_000);
    expect(back(rooms.open('plan', clock.monotonicMs()))).toEqual({ texts: ['meanwhile'], gap: null });
  });

  it('[G3] on a node of several, nobody knows what was said while the document was closed', () => {
    const { clock, rooms } = stage({ hasPeers: true });
    clock.advance(60_000);
    const back = leave(rooms.open('plan', clock.monotonicMs()), clock);
    rooms.close('plan');
    clock.advance(10_000);
    rooms.takeClosed('plan', draft('by this node'));
    expect(back(rooms.open('plan', clock.monotonicMs()))).toEqual({ texts: ['by this node'], gap: 'unknown' });
  });

  it('[G3] whoever was cut off is told how far they came in documents that are not open, for longer than they are remembered', () => {
    const { clock, rooms } = stage({ hasPeers: true });
    clock.advance(1_000);
    const alone = rooms.open('closed', 0);
    alone.take(draft('one'));
    clock.advance(1_000);
    alone.hear({ id: 'other.7', key: '', time: 1, payload: 'wave' }, true);
    rooms.close('closed');
    rooms.open('open', 0).take(draft('who has it open tells it in its room'));
    rooms.open('silent', 0);
    rooms.close('silent');
    const [visited] = [1, 2].map((count) => idOf(rooms.takeClosed('visited', draft(`number ${count}`))));
    expect(rooms.takenWithin(1_500, 0)).toEqual({
      isAll: true,
      heads: [
        { life: 'closed', head: alone.log.head, agoMs: 1_000 },
        { life: 'visited', head: visited?.replace('.1', '.2'), agoMs: 0 },
      ],
    });
    clock.advance(600_000);
    expect(rooms.size).toBe(1);
    // Only within the margin: it is named, though it may have been before.
    expect(rooms.takenWithin(600_000, 1_000).heads.map(({ life }) => life)).toEqual(['closed', 'visited']);
    expect(rooms.takenWithin(599_999, 0)).toEqual({ isAll: true, heads: [] });
    // What was before this process nobody knows.
    expect(rooms.takenWithin(602_000, 0).isAll).toBe(false);
  });

  it('[G4] of so many documents it is told how far they came, and then that these are not all', () => {
    const { clock, rooms } = stage({ hasPeers: true });
    clock.advance(1_000);
    for (let count = 0; count <= MOST_HEADS; count += 1) {
      if (count === 1) clock.advance(1_000);
      rooms.takeClosed(`order-${count}`, draft('x'));
    }
    const [all, before] = [rooms.takenWithin(999, 0), rooms.takenWithin(1_000, 0)];
    expect([all.isAll, all.heads.length]).toEqual([true, MOST_HEADS]);
    expect([before.isAll, before.heads.length]).toEqual([false, MOST_HEADS]);
  });

  it('[R14] of one life of a document are not heard in another', () => {
    const { clock, rooms } = stage();
    const back = leave(rooms.open('1/plan', 0), clock);
    rooms.takeClosed('1/plan', draft('former'));
    clock.advance(5_000);
    expect(back(rooms.open('2/plan', clock.monotonicMs()))).toEqual({ texts: [], gap: 'unknown' });
  });

  it('[G4] whatever names a backend comes up with, few are remembered, and who returns to a forgotten one is told of a gap', () => {
    const { clock, rooms } = stage({ maxTotalBytes: 16 * 1024 * 1024 });
    const open = rooms.open('open', 0);
    const [back, stays] = [leave(rooms.open('plan', 0), clock), leave(open, clock)];
    rooms.close('plan');
    clock.advance(5_000);
    rooms.takeClosed('plan', draft('forgotten'));
    open.take(draft('remembered'));
    for (let count = 0; count < MOST_CLOSED; count += 1) rooms.takeClosed(`made up ${count}`, draft('x'));
    expect(rooms.size).toBe(MOST_CLOSED + 1);
    expect(rooms.find('plan')).toBeNull();
    rooms.takeClosed('plan', draft('known'));
    expect(back(rooms.open('plan', clock.monotonicMs()))).toEqual({ texts: ['known'], gap: 'unknown' });
    expect(stays(open)).toEqual({ texts: ['remembered'], gap: null });
    expect(rooms.size).toBeLessThanOrEqual(MOST_CLOSED + 2);
  });

  it('[G4] when all together hold too much, what nobody has open gives way first, whoever was silent for longest', () => {
    const { clock, rooms } = stage({ maxTotalBytes: 4_000 });
    const open = rooms.open('open', 0);
    open.take(draft('of the open one', 'key'));
    for (let count = 0; count < 100; count += 1) {
      rooms.takeClosed(`made up ${count}`, draft('x'.repeat(90), `key ${count}`));
      clock.advance(10);
      expect(rooms.bytes).toBeLessThanOrEqual(4_000);
    }
    expect(rooms.size).toBeGreaterThan(3);
    expect(open.log.bytes).toBeGreaterThan(0);
    expect([rooms.find('made up 0'), rooms.find('made up 99')?.log.bytes === 0]).toEqual([null, false]);
    rooms.end();
    expect(rooms.bytes).toBe(0);
  });

  it('[G4] nothing is kept of a closed document once all is too old, and no timer runs for nobody', () => {
    const { clock, rooms } = stage();
    rooms.open('open', 0);
    rooms.takeClosed('visited', draft('hello'));
    expect([rooms.size, rooms.bytes > 0, clock.pending]).toEqual([2, true, 1]);
    clock.advance(120_000);
    expect([rooms.size, rooms.bytes]).toEqual([1, 0]);
    rooms.close('open');
    clock.advance(120_000);
    expect([rooms.size, clock.pending]).toEqual([0, 0]);
    rooms.takeClosed('visited', draft('hello'));
    rooms.end();
    expect([rooms.size, rooms.bytes, clock.pending]).toEqual([0, 0, 0]);
    rooms.takeClosed('visited', draft('too late'));
    expect(clock.pending).toBe(0);
  });
});
