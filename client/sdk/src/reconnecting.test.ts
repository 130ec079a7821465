import { closeCodes, withRetryHint } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePeer } from './testing/fake-peer.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage, type } from './testing/stage.ts';
import { untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

describe('a connection', () => {
  it('asks for a token on every connection, and tries again when there was none', async () => {
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error('the sign-in service is away'))
      .mockResolvedValueOnce('one')
      .mockResolvedValue('two');
    const room = stage.connect({ getToken }).open('plan');
    await room.whenSaved();
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    await untilState(room, 'saved');
    expect(stage.peer.tokens).toEqual(['one', 'two']);
  });

  it('is offline when the browser says so, drops the dead socket, and returns at once', async () => {
    const client = stage.connect();
    const room = client.open('plan');
    await room.whenSaved();
    const port = stage.peer.port;
    await stage.peer.stop();
    client.environment.setOnline(false);
    expect(await untilState(room, 'offline')).toMatchObject({ label: 'Offline — will sync', canEdit: true });
    type(room, 'written on a train');
    const back = await FakePeer.start(port);
    client.environment.setOnline(true);
    await room.whenSaved();
    expect(back.document('plan').getText('body').toString()).toBe('written on a train');
    client.close();
    await back.stop();
  });

  it('tries at once when its page is looked at again, and not when it is hidden', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const room = client.open('plan');
    await room.whenSaved();
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    client.environment.setVisible(false);
    // Whoever connects later is not overtaken by an attempt made now.
    await stage.connect().open('other').whenSaved();
    expect(stage.peer.connections).toHaveLength(2);
    client.environment.setVisible(true);
    await untilState(room, 'saved');
    expect(stage.peer.connections).toHaveLength(3);
  });

  it('notices a connection that went silent while a change waits, and brings the change over', async () => {
    const clock = new ManualClock();
    const room = stage.connect({ clock }).open('plan');
    await room.whenSaved();
    stage.peer.isFrozen = true;
    type(room, 'into the void');
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('update'));
    clock.advance(5_000);
    expect(room.status.get()).toMatchObject({ state: 'reconnecting', unsaved: 1 });
    stage.peer.isFrozen = false;
    clock.advance(7_000);
    await untilTrue(() => stage.peer.connections.length === 2);
    await room.whenSaved();
    expect(stage.savedText()).toBe('into the void');
  });

  it('keeps a silent connection whose server still answers', async () => {
    const clock = new ManualClock();
    const room = stage.connect({ clock }).open('plan');
    await room.whenSaved();
    for (let minute = 0; minute < 3; minute += 1) {
      const probes = () => stage.peer.connections[0]?.kindsHeard().filter((kind) => kind === 'query-presence').length;
      const before = probes() ?? 0;
      clock.advance(21_000);
      await untilTrue(() => (probes() ?? 0) > before);
    }
    expect(stage.peer.connections).toHaveLength(1);
    expect(room.status.get().state).toBe('saved');
  });

  it('a connection is not given up for the silence of a room that was not let in yet', async () => {
    const clock = new ManualClock();
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockResolvedValueOnce('one')
      .mockReturnValue(new Promise(() => {}));
    const room = stage.connect({ clock, getToken }).open('plan');
    await room.whenSaved();
    stage.peer.closeDocument('plan', closeCodes.loadFailed.name);
    await untilState(room, 'cannot-save');
    clock.advance(1_000);
    expect(getToken).toHaveBeenCalledTimes(2);
    for (let minute = 0; minute < 3; minute += 1) clock.advance(60_000);
    // A lost connection would have put the server's own words aside.
    expect(room.status.get()).toMatchObject({ state: 'cannot-save', reason: closeCodes.loadFailed.shown });
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('asks a silent server through a room that was let in, whichever was opened first', async () => {
    const clock = new ManualClock();
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockReturnValueOnce(new Promise(() => {}))
      .mockResolvedValue('two');
    const client = stage.connect({ clock, getToken });
    client.open('not let in');
    await untilTrue(() => getToken.mock.calls.length === 1);
    await client.open('plan').whenSaved();
    clock.advance(21_000);
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard('plan').includes('query-presence'));
    expect(stage.peer.connections[0]?.kindsHeard('not let in')).toEqual([]);
  });

  it('closes its socket when the last usable document is deleted, and opens it again for another', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    await untilState(plan, 'gone');
    clock.advance(2_000);
    await other.whenSaved();
    expect(stage.peer.open).toHaveLength(1);
    stage.peer.closeDocument('other', closeCodes.forbidden.name);
    await untilState(other, 'cannot-save');
    clock.advance(0);
    await untilTrue(() => stage.peer.open.length === 0);
    for (let minute = 0; minute < 3; minute += 1) clock.advance(60_000);
    client.environment.setOnline(true);
    await client.open('third').whenSaved();
    expect(stage.peer.connections).toHaveLength(2);
    expect(plan.status.get().state).toBe('gone');
  });

  it('does not come back to a server that refused the socket for good', async () => {
    const clock = new ManualClock();
    const room = stage.connect({ clock }).open('plan');
    await room.whenSaved();
    stage.peer.drop(closeCodes.unauthorized.code);
    await untilState(room, 'cannot-save');
    clock.advance(60_000);
    expect(clock.waiting).toBe(0);
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('gives up a connection that does not open, and tries again', async () => {
    const clock = new ManualClock();
    stage.peer.answersUpTo = 'nothing';
    const room = stage.connect({ clock }).open('plan');
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('step-1'));
    stage.peer.isFrozen = true;
    clock.advance(11_000);
    expect(room.status.get().state).toBe('offline');
    clock.advance(10_000);
    stage.peer.isFrozen = false;
    stage.peer.answersUpTo = 'step-2';
    clock.advance(3_000);
    await room.whenSaved();
    expect(stage.peer.connections).toHaveLength(2);
  });
});

describe('a server that restarts', () => {
  const { code, reason } = withRetryHint(closeCodes.serviceRestart, { minMs: 400, maxMs: 2_000 });

  it.each([
    ['at the earliest', 0, 400],
    ['at the latest', 1 - Number.EPSILON, 2_000],
  ])('is asked again when it said, %s, and gets what was typed meanwhile', async (_, drawn, delayMs) => {
    const clock = new ManualClock();
    const room = stage.connect({ clock, random: () => drawn }).open('plan');
    await room.whenSaved();
    stage.peer.drop(code, reason);
    await untilState(room, 'reconnecting');
    type(room, 'meanwhile');
    clock.advance(delayMs - 1);
    // Whoever connects later is not overtaken by an attempt made now.
    await stage.connect().open('other').whenSaved();
    expect(stage.peer.connections).toHaveLength(2);
    clock.advance(1);
    await room.whenSaved();
    expect(stage.savedText()).toBe('meanwhile');
  });

  it('[G4] is asked every 2.5 s at least, for as long as it takes: nobody waits 3 s once it is back', async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const random = () => {
      attempts += 1;
      return 1 - Number.EPSILON;
    };
    const room = stage.connect({ clock, random }).open('plan');
    await room.whenSaved();
    const { port } = stage.peer;
    stage.peer.drop(code, reason);
    await stage.peer.stop();
    await untilTrue(() => attempts === 1);
    // More often than a server that said nothing is asked patiently.
    for (let failed = 1; failed < 40; failed += 1) {
      clock.advance(2_500);
      await untilTrue(() => attempts === failed + 1);
    }
    type(room, 'still here');
    const back = await FakePeer.start(port);
    clock.advance(2_500);
    await room.whenSaved();
    expect(back.document('plan').getText('body').toString()).toBe('still here');
    await back.stop();
  });

  it('is no longer given its time once it is back: a connection lost later is tried again soon', async () => {
    const clock = new ManualClock();
    const room = stage.connect({ clock, random: () => 1 - Number.EPSILON }).open('plan');
    await room.whenSaved();
    stage.peer.drop(code, reason);
    await untilState(room, 'reconnecting');
    clock.advance(2_000);
    await untilState(room, 'saved');
    clock.advance(10_000);
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    clock.advance(250);
    await untilState(room, 'saved');
    expect(stage.peer.connections).toHaveLength(3);
  });
});
