import { closeCodes, encodeServerFrame } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Room } from './api.ts';
import { connect, connectIn } from './connect.ts';
import { QuireError } from './errors.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { FakePeer } from './testing/fake-peer.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

const textOf = (room: Room) => room.doc.getText('body');
const type = (room: Room, text: string) => textOf(room).insert(textOf(room).length, text);
const savedText = (name = 'plan') => stage.peer.document(name).getText('body').toString();

describe('a room', () => {
  it('[G1] is saved once its edit has a receipt, and not before', async () => {
    const room = stage.connect().open('plan');
    expect(room.status.get()).toMatchObject({ state: 'connecting', loaded: false });
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'hello');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 1 });
    await untilTrue(() => savedText() === 'hello');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 1 });
    stage.peer.releaseReceipts();
    await untilState(room, 'saved');
  });

  it('[G1] sends every edit, whatever those who watch its status throw', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const room = stage.connect().open('plan');
    await room.whenSaved();
    const fault = new Error('a component that could not render');
    room.status.subscribe(() => {
      throw fault;
    });
    type(room, 'a');
    type(room, 'b');
    await untilTrue(() => savedText() === 'ab');
    await room.whenSaved();
    expect(reported).toContain(fault);
    vi.unstubAllGlobals();
  });

  it('sees what others write, without calling it its own', async () => {
    const [ada, ben] = [stage.connect().open('plan'), stage.connect().open('plan')];
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(ada, 'from ada');
    await untilTrue(() => textOf(ben).toString() === 'from ada');
    expect(ben.status.get()).toMatchObject({ state: 'saved', unsaved: 0 });
    expect(ada.status.get().unsaved).toBe(1);
  });

  it('[R2] five offline edits are unsaved until the step 2 of the next connection is durable', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    for (const letter of 'abcde') type(room, letter);
    const states = new Set<string>();
    room.status.subscribe((status) => states.add(status.state));
    await untilTrue(() => savedText() === 'abcde');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 5 });
    expect(states).not.toContain('saved');
    stage.peer.releaseReceipts(1);
    await untilState(room, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard()).not.toContain('update');
  });

  it('[R2] one receipt after a reconnect does not confirm what was typed after the step 2', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    type(room, 'a');
    await untilTrue(() => savedText() === 'a');
    type(room, 'b');
    type(room, 'c');
    await untilTrue(() => savedText() === 'abc');
    stage.peer.releaseReceipts(1);
    const { state } = await until(room.status, (status) => status.unsaved === 2);
    expect(state).toBe('saving');
    stage.peer.releaseReceipts(2);
    await untilState(room, 'saved');
  });

  it('[R2] edits between the opening of the socket and the step 2 leave in the step 2 alone', async () => {
    let giveToken: (token: string) => void = () => {};
    const getToken = vi.fn(() => new Promise<string>((resolve) => (giveToken = resolve)));
    const room = stage.connect({ getToken }).open('plan');
    await untilTrue(() => getToken.mock.calls.length === 1);
    stage.peer.holdsReceipts = true;
    type(room, 'early');
    room.doc.transact(() => textOf(room).delete(0, 1));
    giveToken('secret');
    await untilTrue(() => savedText() === 'arly');
    expect(stage.peer.connections[0]?.kindsHeard()).toEqual(['token', 'step-1', 'presence', 'step-2']);
    expect(room.status.get().unsaved).toBe(2);
    stage.peer.releaseReceipts(1);
    await untilState(room, 'saved');
  });

  it('[G6] that may only be viewed says so', async () => {
    stage.peer.scope = 'readonly';
    const room = stage.connect().open('plan');
    expect(await untilState(room, 'view-only')).toMatchObject({ canEdit: false, loaded: true, label: 'View only' });
  });

  it('[G6] is refused for good when access is denied', async () => {
    stage.peer.denies = closeCodes.forbidden.name;
    const room = stage.connect().open('plan');
    const status = await untilState(room, 'cannot-save');
    expect(status).toMatchObject({ reason: closeCodes.forbidden.shown, canEdit: false, loaded: false });
    await expect(room.whenLoaded()).rejects.toMatchObject({ code: 'refused' });
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('close'));
  });

  it('[R14] of a deleted document is gone, keeps its content on screen, and does not bring it back', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    type(plan, 'precious');
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.documents.delete('plan');
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    expect(await untilState(plan, 'gone')).toMatchObject({ label: 'Deleted', canEdit: false });
    expect(other.status.get().state).toBe('saved');
    stage.peer.drop();
    await untilState(other, 'reconnecting');
    await untilState(other, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard('plan')).toEqual([]);
    expect(textOf(plan).toString()).toBe('precious');
  });

  it('joins again by itself when the server ends its connection for a passing reason', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.closeDocument('plan', closeCodes.loadFailed.name);
    expect((await untilState(plan, 'cannot-save')).reason).toBe(closeCodes.loadFailed.shown);
    type(plan, 'meanwhile');
    await untilState(plan, 'saved');
    expect(savedText()).toBe('meanwhile');
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('[G5] keeps saying why it cannot save through every reconnect, and saves when the server does', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(plan, 'unlucky');
    for (let round = 0; round < 2; round += 1) {
      const seen = stage.peer.connections.length;
      stage.peer.drop(closeCodes.storageRefused.code);
      const status = await untilState(plan, 'cannot-save');
      expect(status).toMatchObject({ reason: closeCodes.storageRefused.shown, canEdit: true, unsaved: 1 });
      expect(other.status.get().state).not.toBe('cannot-save');
      await untilTrue(() => stage.peer.connections.length > seen);
      await untilTrue(() => stage.peer.connections.at(-1)?.kindsHeard('plan').includes('step-2'));
      expect(plan.status.get().state).toBe('cannot-save');
    }
    stage.peer.holdsReceipts = false;
    stage.peer.releaseReceipts();
    await untilState(plan, 'saved');
    await untilState(other, 'saved');
  });

  it('a refusal of the whole socket stops the room that caused it, and the others go on', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(plan, 'too much');
    stage.peer.drop(closeCodes.tooMuchPending.code);
    expect(await untilState(plan, 'cannot-save')).toMatchObject({ canEdit: false });
    stage.peer.holdsReceipts = false;
    await untilState(other, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard('plan')).toEqual([]);
  });

  it('a frame that cannot be read costs the connection, not the page', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.open[0]?.sendRaw(new Uint8Array([250, 1, 2]));
    await untilState(room, 'reconnecting');
    await untilState(room, 'saved');
  });
});

describe('a client', () => {
  it('opens one socket for all its rooms, with the first', async () => {
    const client = stage.connect();
    expect(stage.peer.connections).toHaveLength(0);
    const rooms = ['a', 'b/c', 'constructor', 'ä ö'].map((name) => client.open(name));
    await Promise.all(rooms.map((room) => room.whenSaved()));
    expect(stage.peer.connections).toHaveLength(1);
  });

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
    const room = stage.connect().open('plan');
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

  it('a left room disappears at once, and stays for its unconfirmed changes', async () => {
    const client = stage.connect();
    const watcher = stage.connect().open('plan');
    const room = client.open('plan');
    room.setPerson({ name: 'Ada', color: '#00f' });
    await Promise.all([room.whenSaved(), until(watcher.people, (people) => people.some((one) => one.name === 'Ada'))]);
    stage.peer.holdsReceipts = true;
    type(room, 'last words');
    room.leave();
    await until(watcher.people, (people) => people.length === 1);
    const connection = stage.peer.connections.find((one) => one.kindsHeard().includes('update'));
    await untilTrue(() => stage.peer.heldReceipts === 1);
    expect(connection?.kindsHeard()).not.toContain('close');
    stage.peer.releaseReceipts();
    await untilTrue(() => connection?.kindsHeard().includes('close'));
    expect(savedText()).toBe('last words');
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
    await untilTrue(() => savedText() === 'xy');
    expect(stage.peer.connections[0]?.kindsHeard()).not.toContain('close');
  });

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
    expect(savedText()).toBe('into the void');
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

  it('closes its socket when nobody has a room open for a while, and opens another for the next', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const room = client.open('plan');
    await room.whenSaved();
    room.leave();
    clock.advance(10_000);
    await untilTrue(() => stage.peer.open.length === 0);
    await client.open('plan').whenSaved();
    expect(stage.peer.connections).toHaveLength(2);
  });

  it('leaves nothing behind when it is closed', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const rooms = ['a', 'b'].map((name) => client.open(name));
    await Promise.all(rooms.map((room) => room.whenSaved()));
    const [room] = rooms;
    stage.peer.holdsReceipts = true;
    if (room !== undefined) type(room, 'x');
    const waiting = room?.whenSaved();
    client.close();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'room-closed' });
    expect(clock.waiting).toBe(0);
    expect(client.environment.countListeners()).toBe(0);
    await untilTrue(() => stage.peer.open.length === 0);
    expect(() => client.open('c')).toThrow(expect.objectContaining({ code: 'client-closed' }));
  });

  it('asks before the page is closed only while something would be lost', async () => {
    const client = stage.connect();
    const room = client.open('plan');
    await room.whenSaved();
    expect(client.environment.dispatch('beforeunload')).toBe(false);
    stage.peer.holdsReceipts = true;
    type(room, 'x');
    expect(client.environment.dispatch('beforeunload')).toBe(true);
    await untilTrue(() => stage.peer.heldReceipts === 1);
    stage.peer.releaseReceipts();
    await untilState(room, 'saved');
    expect(client.environment.dispatch('beforeunload')).toBe(false);
  });

  it('waiting ends with its signal', async () => {
    stage.peer.answersUpTo = 'nothing';
    const room = stage.connect().open('plan');
    const abort = new AbortController();
    const loaded = room.whenLoaded({ signal: abort.signal });
    abort.abort(new Error('navigated away'));
    await expect(loaded).rejects.toThrow('navigated away');
  });

  it('says what is wrong with an address or a name', () => {
    const here = { clock: new ManualClock(), random: () => 0 };
    const inNode = createFakeEnvironment();
    const inPage = { ...inNode, location: { protocol: 'https:', host: 'docs.example.org' } };
    expect(() => connectIn({ ...here, environment: inNode }, {})).toThrow(
      expect.objectContaining({ code: 'no-address' }),
    );
    expect(() => connectIn({ ...here, environment: inPage }, {})).not.toThrow();
    expect(() => connect({ url: 'http://localhost/collab' })).toThrow(expect.objectContaining({ code: 'bad-address' }));
    expect(() => connect({ url: 'nonsense' })).toThrow(QuireError);
    for (const name of ['', ' ', 'a\u0000b', 'x'.repeat(513)]) {
      expect(() => stage.connect().open(name)).toThrow(expect.objectContaining({ code: 'bad-document-name' }));
    }
  });
});
