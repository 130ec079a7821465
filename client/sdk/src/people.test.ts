import { type Viewers, writeViewers } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { watchPeople } from './people.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage } from './testing/stage.ts';
import { until, untilState } from './testing/until.ts';

const ada = { name: 'Ada', color: '#2563eb' };
const ben = { name: 'Ben', color: '#db2777' };

describe('people in a room', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    await stage.close();
  });

  it('see each other, each one first in their own list, and see a change of name', async () => {
    const [one, two] = [stage.connect().open('plan'), stage.connect().open('plan')];
    one.presence.setPerson(ada);
    two.presence.setPerson(ben);
    const list = await until(one.presence.people, (people) => people.some((person) => person.name === 'Ben'));
    expect(list.map(({ name, color, isMe }) => ({ name, color, isMe }))).toEqual([
      { ...ada, isMe: true },
      { ...ben, isMe: false },
    ]);
    two.presence.setPerson({ ...ben, name: 'Benjamin' });
    await until(one.presence.people, (people) => people[1]?.name === 'Benjamin');
    expect(two.presence.people.get()[0]).toMatchObject({ name: 'Benjamin', isMe: true });
  });

  it('are a row for each tab', async () => {
    const room = stage.connect().open('plan');
    for (const tab of [stage.connect(), stage.connect()]) tab.open('plan').presence.setPerson(ben);
    const list = await until(
      room.presence.people,
      (people) => people.filter((person) => person.name === 'Ben').length === 2,
    );
    expect(new Set(list.map((person) => person.clientId)).size).toBe(3);
  });

  it('leave the list when they leave the room', async () => {
    const one = stage.connect().open('plan');
    const two = stage.connect().open('plan');
    two.presence.setPerson(ben);
    await Promise.all([one.whenSaved(), two.whenSaved(), until(one.presence.people, (people) => people.length === 2)]);
    two.leave();
    await until(one.presence.people, (people) => people.length === 1);
  });

  it('others vanish with the connection, I stay', async () => {
    const one = stage.connect().open('plan');
    one.presence.setPerson(ada);
    const two = stage.connect().open('plan');
    two.presence.setPerson(ben);
    await until(one.presence.people, (people) => people.length === 2);
    await stage.peer.stop();
    expect(await until(one.presence.people, (people) => people.length === 1)).toMatchObject([{ ...ada, isMe: true }]);
  });

  it('[R10] who returns is seen at once by those who saw them leave at the same clock', async () => {
    const watcher = stage.connect().open('plan');
    const traveller = stage.connect().open('plan');
    traveller.presence.setPerson(ben);
    await Promise.all([watcher.whenSaved(), traveller.whenSaved()]);
    await until(watcher.presence.people, (people) => people.some((person) => person.name === 'Ben'));
    const states = watcher.awareness;
    const before = states.meta.get(traveller.doc.clientID)?.clock ?? 0;
    stage.peer.drop();
    await Promise.all([untilState(watcher, 'reconnecting'), untilState(traveller, 'reconnecting')]);
    expect(watcher.presence.people.get()).toHaveLength(1);
    await until(watcher.presence.people, (people) => people.some((person) => person.name === 'Ben'));
    expect(states.meta.get(traveller.doc.clientID)?.clock).toBeGreaterThan(before);
  });

  it('[R10] who alone lost the connection sees the others again at once, though these have not moved', async () => {
    const [traveller, other] = [stage.connect().open('plan'), stage.connect().open('plan')];
    other.presence.setPerson(ben);
    const seesBen = () =>
      until(traveller.presence.people, (people) => people.some((person) => person.name === 'Ben'), 5_000);
    await Promise.all([traveller.whenSaved(), other.whenSaved(), seesBen()]);
    stage.peer.connections[0]?.drop();
    await untilState(traveller, 'reconnecting');
    expect(traveller.presence.people.get()).toHaveLength(1);
    await seesBen();
    expect(stage.peer.connections[1]?.isOpen).toBe(true);
  });

  it('who are not listed are counted, without me, until the connection is lost', async () => {
    const room = stage.connect().open('plan');
    room.presence.setPerson(ada);
    const other = stage.connect().open('plan');
    other.presence.setPerson(ben);
    await Promise.all([room.whenSaved(), until(room.presence.people, (people) => people.length === 2)]);
    expect(room.presence.viewers.get()).toBe(0);
    const tell = (viewers: Viewers) => {
      for (const connection of stage.peer.open) connection.sayStateless('plan', writeViewers(viewers));
    };
    tell({ count: 6, listed: 2 });
    await until(room.presence.viewers, (count) => count === 6);
    // Ada is one of those who are counted: the server shows one person, and she sees herself all the same.
    tell({ count: 8, listed: 1 });
    await until(room.presence.viewers, (count) => count === 7);
    tell({ count: 0, listed: 2 });
    await until(room.presence.viewers, (count) => count === 0);
    tell({ count: 3, listed: 2 });
    await until(room.presence.viewers, (count) => count === 3);
    await stage.peer.stop();
    await until(room.presence.viewers, (count) => count === 0);
  });

  it('are not counted by what an extension says in messages of its own', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    const counts: number[] = [];
    room.presence.viewers.subscribe((count) => counts.push(count));
    for (const connection of stage.peer.open) {
      connection.sayStateless('plan', '{"type":"chat","count":12,"listed":1}');
      connection.sayStateless('plan', 'not JSON');
      connection.sayStateless('plan', writeViewers({ count: 2, listed: 1 }));
    }
    await until(room.presence.viewers, (count) => count === 2);
    expect(counts).toEqual([2]);
  });

  it('come back with the page when the browser restores it from its cache', async () => {
    const client = stage.connect();
    const room = client.open('plan');
    room.presence.setPerson(ada);
    await room.whenSaved();
    room.awareness.setLocalState(null);
    expect(room.presence.people.get()).toEqual([]);
    client.environment.dispatch('pageshow', { persisted: true });
    expect(room.presence.people.get()).toMatchObject([ada]);
  });
});

describe('list of people', () => {
  const watch = () => {
    const clock = new ManualClock();
    const doc = new Doc();
    const awareness = new Awareness(doc);
    const people = watchPeople(awareness, clock);
    const end = () => {
      people.close();
      doc.destroy();
    };
    return { clock, awareness, people, end };
  };

  it('makes do with whatever other clients say of themselves', () => {
    const { awareness, people, end } = watch();
    for (const user of [undefined, null, 7, {}, { name: 3, color: [] }, { name: '  ', color: '' }]) {
      awareness.setLocalState({ user });
      expect(people.list.get()).toMatchObject([{ name: 'Guest' }]);
    }
    awareness.setLocalState({ user: { name: 'x'.repeat(10_000), color: 'red' } });
    expect(people.list.get()[0]?.name.length).toBeLessThanOrEqual(100);
    end();
  });

  it('says when a caret last moved, in steps, so that typing does not redraw it', () => {
    const { clock, awareness, people, end } = watch();
    const changed = vi.fn();
    people.list.subscribe(changed);
    expect(people.list.get()[0]?.cursorActiveAt).toBeNull();
    awareness.setLocalStateField('cursor', { anchor: 0 });
    const start = clock.now();
    expect(people.list.get()[0]?.cursorActiveAt).toBe(start);
    for (let key = 1; key <= 20; key += 1) {
      clock.advance(100);
      awareness.setLocalStateField('cursor', { anchor: key });
    }
    expect(people.list.get()[0]?.cursorActiveAt).toBe(start + 2_000);
    expect(changed).toHaveBeenCalledTimes(3);
    clock.advance(5_000);
    awareness.setLocalStateField('typing', true);
    expect(people.list.get()[0]?.cursorActiveAt).toBe(start + 2_000);
    awareness.setLocalStateField('cursor', null);
    expect(people.list.get()[0]?.cursorActiveAt).toBeNull();
    end();
  });

  it('returns the same array until somebody in it changes', () => {
    const { awareness, people, end } = watch();
    const before = people.list.get();
    awareness.setLocalStateField('typing', true);
    expect(people.list.get()).toBe(before);
    awareness.setLocalStateField('user', ada);
    expect(people.list.get()).not.toBe(before);
    end();
  });
});
