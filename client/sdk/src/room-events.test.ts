import {
  type EventGap,
  type EventNotice,
  type EventRequest,
  eventRefusals,
  readEventRequest,
  type WireEvent,
  writeEvent,
  writeEventAnswer,
  writeListening,
} from '@quire/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { ReceivedEvent, Room, RoomEvents } from './api.ts';
import { QuireError } from './errors.ts';
import { createRoomEvents } from './room-events.ts';
import { ManualClock } from './testing/manual-clock.ts';

const ME = 7;

/** The events of a room whose connection is in a test’s hands. */
function stage() {
  const clock = new ManualClock();
  const said: EventRequest[] = [];
  let isConnected = false;
  let end: QuireError | null = null;
  const link = createRoomEvents({
    say(payload) {
      if (!isConnected) return false;
      const request = readEventRequest(payload);
      if (request.kind === 'bad') throw new Error(request.detail);
      said.push(request);
      return true;
    },
    clientId: ME,
    clock,
    findEnd: () => end,
  });
  return {
    events: link.events,
    hear: (payload: string) => link.hear(payload),
    clock,
    said,
    connect() {
      isConnected = true;
      link.connected();
    },
    cut() {
      isConnected = false;
      link.lost(clock.now());
    },
    finish(reason: QuireError) {
      end = reason;
      link.end(reason);
    },
    listening(
      heads: readonly (readonly [string, number])[] = [],
      ids: readonly string[] = [],
      gap: EventGap | null = null,
      log = 'log',
    ) {
      link.hear(writeListening({ log, heads, gap, events: ids.map((id) => write(eventOf(id))) }));
    },
    tell: (id: string, from: Partial<WireEvent['from']> = {}) => link.hear(write(eventOf(id, from))),
    answer: (notice: Extract<EventNotice, { kind: 'taken' | 'refused' | 'gap' }>) =>
      link.hear(writeEventAnswer(notice)),
    /** The references of what was sent, in order. */
    refs: () => said.flatMap((request) => (request.kind === 'send' ? request.ref : [])),
  };
}

const eventOf = (id: string, from: Partial<WireEvent['from']> = {}): WireEvent => ({
  id,
  name: 'chat',
  data: { text: id },
  from: { id: 'ada', name: 'Ada', clientId: null, ...from },
  time: 1_000,
});
const write = ({ data, ...event }: WireEvent): string => writeEvent({ ...event, data: JSON.stringify(data) });

const closed = new QuireError('room-closed', 'The document was closed.');

describe('hearing events', () => {
  it('is asked for by the first who listens, and once on each connection', () => {
    const { connect, cut, events, said } = stage();
    connect();
    expect(said).toEqual([]);
    events.on('chat', () => {});
    events.on('other', () => {});
    events.onGap(() => {});
    expect(said).toEqual([{ kind: 'listen', after: null }]);
    cut();
    connect();
    expect(said).toHaveLength(2);
  });

  it('hears those of one name, with what the server says of them', () => {
    const { connect, events, listening, tell } = stage();
    const heard: ReceivedEvent[] = [];
    events.on('chat', (event) => heard.push(event));
    events.on('other', () => heard.push());
    connect();
    listening();
    tell('a.1');
    tell('a.2', { clientId: ME });
    expect(heard).toEqual([
      {
        id: 'a.1',
        name: 'chat',
        data: { text: 'a.1' },
        from: { id: 'ada', name: 'Ada', clientId: null },
        at: 1_000,
        isMine: false,
      },
      expect.objectContaining({ id: 'a.2', isMine: true }),
    ]);
  });

  it('says when it is back from where on to hear, and since when it heard nothing', () => {
    const { clock, connect, cut, events, listening, said, tell } = stage();
    events.on('chat', () => {});
    connect();
    listening([['a', 4]]);
    tell('a.5');
    cut();
    clock.advance(3_000);
    connect();
    cut(); // lost again before the server had answered
    clock.advance(2_000);
    connect();
    const after = { log: 'log', heads: [['a', 5]] };
    expect(said.slice(1)).toEqual([
      { kind: 'listen', after: { ...after, awayMs: 3_000 } },
      { kind: 'listen', after: { ...after, awayMs: 5_000 } },
    ]);
  });

  it('[G3] tells of a gap before what is there after it', () => {
    const { answer, connect, cut, events, listening } = stage();
    const heard: string[] = [];
    events.on('chat', ({ id }) => heard.push(id));
    events.onGap((gap) => heard.push(gap));
    connect();
    listening([['a', 4]]);
    cut();
    connect();
    listening([['a', 9]], ['a.8', 'a.9'], 'lost');
    answer({ kind: 'gap', gap: 'unknown' });
    expect(heard).toEqual(['lost', 'a.8', 'a.9', 'unknown']);
  });

  it('stops when it is told to, by the function or the signal, and no other listener with it', () => {
    const { connect, events, listening, tell } = stage();
    const [heard, also] = [vi.fn(), vi.fn()];
    const stop = events.on('chat', heard);
    const abort = new AbortController();
    events.on('chat', heard, { signal: abort.signal });
    events.on('chat', also);
    events.onGap(also, { signal: AbortSignal.abort() });
    connect();
    listening();
    tell('a.1');
    expect(heard).toHaveBeenCalledTimes(2);
    stop();
    tell('a.2');
    expect(heard).toHaveBeenCalledTimes(3);
    abort.abort();
    stop();
    tell('a.3');
    expect([heard.mock.calls.length, also.mock.calls.length]).toEqual([3, 3]);
  });

  it('one listener that throws keeps nothing from the others', () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const { connect, events, listening, tell } = stage();
    const heard = vi.fn();
    events.on('chat', () => {
      throw new Error('a component that could not render');
    });
    events.on('chat', heard);
    connect();
    listening();
    tell('a.1');
    vi.unstubAllGlobals();
    expect([heard.mock.calls.length, reported.length]).toEqual([1, 1]);
  });

  it('asks again when it was refused because too much was asked', () => {
    const { answer, clock, connect, events, said } = stage();
    events.on('chat', () => {});
    connect();
    answer({ kind: 'refused', ref: null, code: 'too-many-events', detail: '' });
    expect(said).toHaveLength(1);
    clock.advance(1_000);
    expect(said).toHaveLength(2);
  });

  it('says when it listens; what others then send is heard', async () => {
    const { connect, events, finish, listening } = stage();
    const ready = events.whenListening();
    const given = events.whenListening({ signal: AbortSignal.abort(new Error('no patience')) });
    await expect(given).rejects.toThrow('no patience');
    connect();
    listening();
    await ready;
    finish(closed);
    await expect(events.whenListening()).rejects.toBe(closed);
  });

  it('knows what each name brings, where somebody says so', () => {
    interface Said {
      readonly chat: { readonly text: string };
      readonly wave: null;
    }
    const { connect, events, listening, tell } = stage();
    const typed = events as unknown as RoomEvents<Said>;
    const texts: string[] = [];
    typed.on('chat', ({ data }) => texts.push(data.text));
    // @ts-expect-error: nothing is called so
    typed.on('caht', () => {});
    // @ts-expect-error: a wave brings no text
    typed.on('wave', ({ data }) => texts.push(data.text));
    // Who is handed a room need not know what is said in it.
    const isAny = (room: Room<Said>): Room => room;
    connect();
    listening();
    tell('a.1');
    expect([texts, typeof isAny]).toEqual([['a.1'], 'function']);
  });

  it('leaves to others what is not about events', () => {
    const { hear } = stage();
    expect([hear('{"type":"quire.viewers"}'), hear('hello'), hear('{"type":"quire.event')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('sending events', () => {
  it('resolves with what the server says of it', async () => {
    const { answer, connect, events, refs, said } = stage();
    connect();
    const sending = events.send('chat', { text: 'hello' });
    const [ref = ''] = refs();
    expect(said).toEqual([{ kind: 'send', ref, name: 'chat', data: { text: 'hello' }, clientId: ME }]);
    answer({ kind: 'taken', ref, id: 'a.1', time: 1_000 });
    expect(await sending).toEqual({ id: 'a.1', at: 1_000 });
    answer({ kind: 'taken', ref, id: 'a.2', time: 1_000 }); // late, for nobody
  });

  it('rejects with a code when the server refuses what would be refused later, too', async () => {
    const { answer, connect, events, refs } = stage();
    connect();
    const others: readonly string[] = ['too-many-events', 'maybe-taken'];
    const lasting = Object.values(eventRefusals).filter(({ code }) => !others.includes(code));
    expect(lasting).toHaveLength(3);
    for (const { code, detail, status } of lasting) {
      const sending = events.send('chat');
      answer({ kind: 'refused', ref: refs().at(-1) ?? '', code, detail });
      await expect(sending).rejects.toMatchObject({ code: 'refused', problem: code, status, retryable: false });
    }
  });

  it('[G4] says again a second later, in order, what came too fast, and behind it what was sent since', async () => {
    const { answer, clock, connect, events, refs } = stage();
    const refuse = (ref: string): void => {
      answer({ kind: 'refused', ref, code: 'too-many-events', detail: '' });
    };
    const sent = [events.send('chat', 1), events.send('chat', 2), events.send('chat', 3)];
    connect();
    const [one = '', two = '', three = ''] = refs();
    answer({ kind: 'taken', ref: one, id: 'a.1', time: 1 });
    for (const ref of [two, three]) refuse(ref);
    sent.push(events.send('chat', 4));
    clock.advance(999);
    expect(refs()).toEqual([one, two, three]);
    clock.advance(1);
    const four = refs().at(-1) ?? '';
    expect(refs().slice(3)).toEqual([two, three, four]);
    answer({ kind: 'taken', ref: two, id: 'a.2', time: 1 });
    for (const ref of [three, four]) refuse(ref);
    clock.advance(1_000);
    expect(refs().slice(6)).toEqual([three, four]);
    answer({ kind: 'taken', ref: three, id: 'a.3', time: 1 });
    answer({ kind: 'taken', ref: four, id: 'a.4', time: 1 });
    expect((await Promise.all(sent)).map(({ id }) => id)).toEqual(['a.1', 'a.2', 'a.3', 'a.4']);
  });

  it('what came too fast is said with the next connection at once, and once', async () => {
    const { answer, clock, connect, cut, events, finish, refs } = stage();
    connect();
    const sending = events.send('chat', 1);
    const [one = ''] = refs();
    answer({ kind: 'refused', ref: one, code: 'too-many-events', detail: '' });
    cut();
    connect();
    clock.advance(1_000);
    expect(refs()).toEqual([one, one]);
    answer({ kind: 'refused', ref: one, code: 'too-many-events', detail: '' });
    finish(closed);
    await expect(sending).rejects.toBe(closed);
    clock.advance(1_000);
    expect(refs()).toHaveLength(2);
  });

  it('waits for a connection, and is sent again on the next one as long as it has no answer', async () => {
    const { answer, connect, cut, events, refs } = stage();
    const first = events.send('chat', 1);
    expect(refs()).toEqual([]);
    connect();
    const second = events.send('chat', 2);
    const [one = '', two = ''] = refs();
    expect(one).not.toBe(two);
    answer({ kind: 'taken', ref: two, id: 'a.2', time: 1 });
    await second;
    cut();
    connect();
    expect(refs()).toEqual([one, two, one]);
    answer({ kind: 'taken', ref: one, id: 'a.1', time: 1 });
    await first;
    cut();
    connect();
    expect(refs()).toHaveLength(3);
  });

  it('says with what got no answer how long ago it was first said, and takes the server’s word that it may have arrived', async () => {
    const { answer, clock, connect, cut, events, said } = stage();
    const sends = () => said.filter((request) => request.kind === 'send');
    connect();
    const first = events.send('chat', 'into a tunnel');
    expect(sends()[0]).not.toHaveProperty('saidMs');
    clock.advance(1_000);
    cut();
    const second = events.send('chat', 'in the tunnel');
    clock.advance(2_000);
    connect();
    // What never left can't have arrived, however long ago it was.
    const [one, again, other] = sends();
    expect(again).toEqual({ ...one, saidMs: 3_000 });
    expect(other).not.toHaveProperty('saidMs');
    clock.advance(120_000);
    cut();
    connect();
    expect(sends().slice(3)).toEqual([
      { ...one, saidMs: 123_000 },
      { ...other, saidMs: 120_000 },
    ]);
    answer({ kind: 'refused', ref: one?.ref ?? '', code: 'maybe-taken', detail: '' });
    await expect(first).rejects.toMatchObject({ code: 'unconfirmed', retryable: false });
    answer({ kind: 'taken', ref: other?.ref ?? '', id: 'a.2', time: 2 });
    expect(await second).toEqual({ id: 'a.2', at: 2 });
  });

  it('what came too fast the second time may have arrived the first time', () => {
    const { answer, clock, connect, cut, events, said } = stage();
    connect();
    void events.send('chat', 1);
    cut();
    connect();
    const ref = said.flatMap((request) => (request.kind === 'send' ? request.ref : []))[0] ?? '';
    answer({ kind: 'refused', ref, code: 'too-many-events', detail: '' });
    clock.advance(1_000);
    expect(said.at(-1)).toMatchObject({ ref, saidMs: 1_000 });
  });

  it('what was refused because it came too fast has not arrived, however long it waits', async () => {
    const { answer, clock, connect, cut, events, refs } = stage();
    connect();
    const sending = events.send('chat', 1);
    const [one = ''] = refs();
    answer({ kind: 'refused', ref: one, code: 'too-many-events', detail: '' });
    cut();
    clock.advance(120_000);
    connect();
    answer({ kind: 'taken', ref: one, id: 'a.1', time: 1 });
    expect(await sending).toEqual({ id: 'a.1', at: 1 });
  });

  it('is sent again before what was sent since', () => {
    const { connect, cut, events, listening, refs } = stage();
    events.on('chat', () => {});
    connect();
    listening([['a', 4]]);
    void events.send('chat', 1);
    cut();
    void events.send('chat', 2);
    connect();
    void events.send('chat', 3);
    const [one, ...rest] = refs();
    expect([rest.length, rest[0] === one, new Set(rest).size]).toEqual([3, true, 3]);
  });

  it('is given up when its signal says so', async () => {
    const { connect, events, refs } = stage();
    await expect(events.send('chat', 1, { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow('early');
    const abort = new AbortController();
    const sending = events.send('chat', 2, { signal: abort.signal });
    abort.abort(new Error('too late to matter'));
    await expect(sending).rejects.toThrow('too late to matter');
    connect();
    expect(refs()).toEqual([]);
  });

  it('[G4] so many wait for a connection, and no more', async () => {
    const { events, finish } = stage();
    const waiting = Array.from({ length: 256 }, (_, index) => events.send('position', index));
    await expect(events.send('position', 256)).rejects.toMatchObject({ problem: 'too-many-events', retryable: true });
    finish(closed);
    for (const each of waiting) await expect(each).rejects.toBe(closed);
  });

  it('is over with its room', async () => {
    const { events, finish } = stage();
    const sending = events.send('chat', 1);
    finish(closed);
    await expect(sending).rejects.toBe(closed);
    await expect(events.send('chat', 2)).rejects.toBe(closed);
  });

  it('what JSON has no word for is an error of whoever sends it, and nothing is sent', async () => {
    const { connect, events, said } = stage();
    connect();
    await expect(events.send('chat', 1n)).rejects.toBeInstanceOf(TypeError);
    expect(said).toEqual([]);
  });
});
