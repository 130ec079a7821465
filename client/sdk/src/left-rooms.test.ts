import { closeCodes, encodeServerFrame } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Room } from './api.ts';
import { FakePeer } from './testing/fake-peer.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage, type } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

/** Whoever opens its document next gets another room. */
async function leaveForGood(room: Room): Promise<void> {
  const before = countGoodbyes();
  room.leave();
  await untilTrue(() => countGoodbyes() > before);
}

function countGoodbyes(): number {
  return stage.peer.connections.flatMap((one) => one.kindsHeard()).filter((kind) => kind === 'close').length;
}

describe('a room that is left', () => {
  it('shares a room between its openers until the last one leaves', async () => {
    const client = stage.connect();
    const [first, second] = [client.open('plan'), client.open('plan')];
    expect(second.doc).toBe(first.doc);
    await first.whenSaved();
    first.leave();
    first.leave();
    type(second, 'still here');
    await second.whenSaved();
    expect(stage.peer.connections[0]?.kindsHeard()).not.toContain('close');
    second.leave();
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('close'));
  });

  it('a room that is left and opened again in the same moment stays as it was', async () => {
    const client = stage.connect();
    const before = client.open('plan');
    await before.whenSaved();
    before.leave();
    const after = client.open('plan');
    expect(after.doc).toBe(before.doc);
    expect(after.status.get().state).toBe('saved');
  });

  it('a reopened room is not confirmed by receipts of the one before', async () => {
    const client = stage.connect();
    const before = client.open('plan');
    await before.whenSaved();
    before.leave();
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('close'));
    stage.peer.holdsReceipts = true;
    const after = client.open('plan');
    expect(after.doc).not.toBe(before.doc);
    await until(after.status, (status) => status.loaded);
    expect(after.status.get().state).toBe('connecting');
    await untilTrue(() => stage.peer.heldReceipts === 1);
    stage.peer.releaseReceipts();
    await untilState(after, 'saved');
  });

  it('a receipt addressed to another opening of the same document confirms nothing', async () => {
    const client = stage.connect();
    const before = client.open('plan');
    await before.whenSaved();
    await leaveForGood(before);
    const room = client.open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'x');
    await untilTrue(() => stage.peer.heldReceipts === 1);
    for (const address of ['plan', 'plan\0another'])
      stage.peer.open[0]?.sendRaw(encodeServerFrame(address, { kind: 'receipt', durable: true }));
    stage.peer.document('plan').getMap('meta').set('title', 'sent after those receipts');
    await untilTrue(() => room.doc.getMap('meta').has('title'));
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 1 });
  });

  it('is addressed as everybody’s is, by the plain name, except where its connection has had that already', async () => {
    const clients = [stage.connect(), stage.connect()];
    const openings = async (): Promise<Room[]> => {
      const rooms = clients.map((client) => client.open('plan'));
      await Promise.all(rooms.map((room) => room.whenSaved()));
      return rooms;
    };
    for (const room of await openings()) await leaveForGood(room);
    const second = await openings();
    expect(stage.peer.connections.map((one) => one.addresses())).toEqual([
      ['plan', 'plan\u00002'],
      ['plan', 'plan\u00002'],
    ]);
    stage.peer.drop();
    for (const room of second) await untilState(room, 'reconnecting');
    for (const room of second) await untilState(room, 'saved');
    for (const room of second) await leaveForGood(room);
    await openings();
    expect(stage.peer.open.map((one) => one.addresses())).toEqual([
      ['plan\u00002', 'plan'],
      ['plan\u00002', 'plan'],
    ]);
  });

  it('a left room disappears at once, and stays for its unconfirmed changes', async () => {
    const client = stage.connect();
    const watcher = stage.connect().open('plan');
    const room = client.open('plan');
    room.presence.setPerson({ name: 'Ada', color: '#00f' });
    await Promise.all([
      room.whenSaved(),
      until(watcher.presence.people, (people) => people.some((one) => one.name === 'Ada')),
    ]);
    stage.peer.holdsReceipts = true;
    type(room, 'last words');
    room.leave();
    await until(watcher.presence.people, (people) => people.length === 1);
    const connection = stage.peer.connections.find((one) => one.kindsHeard().includes('update'));
    await untilTrue(() => stage.peer.heldReceipts === 1);
    expect(connection?.kindsHeard()).not.toContain('close');
    stage.peer.releaseReceipts();
    await untilTrue(() => connection?.kindsHeard().includes('close'));
    expect(stage.savedText()).toBe('last words');
  });

  it('[G1] a left room whose changes are only in memory stays, and the page guarded, until they are confirmed', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const room = client.open('plan');
    await room.whenSaved();
    const { port } = stage.peer;
    await stage.peer.stop();
    await until(room.status, (status) => status.state !== 'saved');
    type(room, 'nowhere else');
    room.leave();
    for (let minute = 0; minute < 5; minute += 1) clock.advance(60_000);
    expect(client.environment.dispatch('beforeunload')).toBe(true);

    const back = await FakePeer.start(port);
    client.environment.setOnline(true);
    await untilTrue(() => back.document('plan').getText('body').toString() === 'nowhere else');
    await untilTrue(() => back.connections.at(-1)?.kindsHeard().includes('close'));
    expect(client.environment.dispatch('beforeunload')).toBe(false);
    client.close();
    await back.stop();
  });

  it('a left room whose changes are refused for good is closed, and the page no longer guarded', async () => {
    const client = stage.connect();
    const room = client.open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'unwelcome');
    room.leave();
    await untilTrue(() => stage.peer.heldReceipts === 1);
    expect(client.environment.dispatch('beforeunload')).toBe(true);
    stage.peer.closeDocument('plan', closeCodes.forbidden.name);
    await untilTrue(() => !client.environment.dispatch('beforeunload'));
    expect(client.open('plan').doc).not.toBe(room.doc);
  });

  it('a left room that is opened again while it waits for its receipt stays open', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const before = client.open('plan');
    await before.whenSaved();
    stage.peer.holdsReceipts = true;
    type(before, 'x');
    await untilTrue(() => stage.peer.heldReceipts === 1);
    before.leave();
    clock.advance(1_000);
    const after = client.open('plan');
    expect(after.doc).toBe(before.doc);
    stage.peer.releaseReceipts();
    await after.whenSaved();
    type(after, 'y');
    await untilTrue(() => stage.savedText() === 'xy');
    expect(stage.peer.connections[0]?.kindsHeard()).not.toContain('close');
  });
});
