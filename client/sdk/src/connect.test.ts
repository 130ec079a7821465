import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as WebSocketOfWs } from 'ws';
import { connect, connectIn } from './connect.ts';
import { QuireError } from './errors.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
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

describe('a client', () => {
  it('opens one socket for all its rooms, with the first', async () => {
    const client = stage.connect();
    expect(stage.peer.connections).toHaveLength(0);
    const rooms = ['a', 'b/c', 'constructor', 'ä ö'].map((name) => client.open(name));
    await Promise.all(rooms.map((room) => room.whenSaved()));
    expect(stage.peer.connections).toHaveLength(1);
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

describe('where there is no WebSocket, as in Node before 22', () => {
  const native = globalThis.WebSocket;

  beforeEach(() => {
    Reflect.deleteProperty(globalThis, 'WebSocket');
  });

  afterEach(() => {
    globalThis.WebSocket = native;
  });

  it('a client is made, and says what to do when it is to open a document', () => {
    const client = stage.connect();
    const fault = expect.objectContaining({
      code: 'no-websocket',
      message: expect.stringContaining('give connect one'),
    });
    expect(() => client.open('plan')).toThrow(QuireError);
    expect(() => client.open('plan')).toThrow(fault);
    expect(client.environment.countListeners()).toBe(0);
  });

  it('takes the one that it is given', async () => {
    const room = stage.connect({ WebSocket: WebSocketOfWs }).open('plan');
    type(room, 'from an older Node');
    await room.whenSaved();
    expect(stage.savedText()).toBe('from an older Node');
  });
});
