import { FrameError } from '@quire/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { SharedRoom } from '../../collab/replication.ts';
import type { EventKey, LoggedEvent } from '../../events/event-log.ts';
import { HandBus, Post } from '../../testing/hand-bus.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { BusError } from '../cluster-bus.ts';
import { ChannelListeners } from '../redis/channel-listeners.ts';
import { LONGEST_PATIENCE_MS, MOST_TRIES, PATIENCE_MS } from './inquiry.ts';
import { ANSWER_AFTER_MS, MISREAD_AGAIN_MS, MOST_STATELESS_CHARACTERS } from './room.ts';
import { decodeRoomMessage, encodeRoomMessage, type Said } from './room-message.ts';
import {
  ALONE_AFTER_MS,
  channelOf,
  createRooms,
  PULSE_AFTER_MS,
  PULSE_EVERY,
  type RoomMeters,
  type Rooms,
  type RoomsBus,
  type StrangeMessage,
} from './rooms.ts';

const away = { state: 'away', error: new BusError('unreachable', 'gone'), since: 0 } as const;
const denied = { state: 'away', error: new BusError('denied', 'no such user'), since: 0 } as const;
const full = { state: 'away', error: new BusError('full', 'no memory left'), since: 0 } as const;
const unsafe = { state: 'away', error: new BusError('unsafe', 'it can not save'), since: 0 } as const;
const connected = { state: 'connected' } as const;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (said: string): Uint8Array => Buffer.from(said);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const UNREADABLE = 'unreadable';
const STEP_MS = 500;

/** A document as rooms see it: what it says of its people, and what it heard. */
class Sheet implements SharedRoom {
  epoch = '';
  people = '';
  eventsHead = '';
  eventKeys: readonly EventKey[] = [];
  recentEvents: readonly LoggedEvent[] = [];
  hearsEventsSince: number | null = null;
  readonly heard: string[] = [];

  describe(): Uint8Array | null {
    return this.people === '' ? null : bytes(this.people);
  }

  hear(node: string, presence: Uint8Array, isWhole: boolean): void {
    if (text(presence) === UNREADABLE) throw new FrameError('truncated', 'not to be read');
    this.heard.push(`${node.at(-1)} ${isWhole ? 'is' : 'changes'} ${text(presence)}`);
  }

  lose(node: string): void {
    this.heard.push(`${node.at(-1)} leaves`);
  }

  relay(payload: string): void {
    this.heard.push(`says ${payload}`);
  }

  hearEvent({ id, payload }: LoggedEvent, isCounted: boolean): void {
    this.heard.push(`${isCounted ? 'counted ' : ''}event ${id}: ${payload}`);
  }

  learnEventKeys(keys: readonly EventKey[]): void {
    this.heard.push(`knows ${keys.map(({ key }) => key).join()}`);
  }

  hearEventsSince(at: number): void {
    this.hearsEventsSince = at;
  }

  passEvent(id: string, mayBeOurs: boolean): void {
    this.heard.push(`${mayBeOurs ? 'misses' : 'passes'} event ${id}`);
  }

  eventsReach(head: string, isCounted: boolean): void {
    this.heard.push(`${isCounted ? 'counted ' : ''}events until ${head}`);
  }

  take(): string[] {
    return this.heard.splice(0);
  }
}

const eventOf = (id: string): LoggedEvent => ({ id, key: '', time: 1, payload: 'wave' });

interface Node {
  readonly incarnation: string;
  readonly bus: HandBus;
  readonly rooms: Rooms;
  readonly log: { msg: string; times?: number }[];
  readonly counted: { sent: number; received: number; strange: StrangeMessage[] };
}

function stage() {
  const clock = new ManualClock();
  const post = new Post();
  let nodes = 0;
  const start = (): Node => {
    nodes += 1;
    const incarnation = `00000000000000${nodes.toString(16).padStart(2, '0')}`;
    const bus = new HandBus(post);
    const log: Node['log'] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
    const counted: Node['counted'] = { sent: 0, received: 0, strange: [] };
    const meters: RoomMeters = {
      add(direction, size) {
        counted[direction] += size;
      },
      strange(fault) {
        counted.strange.push(fault);
      },
    };
    const rooms = createRooms({ bus, incarnation, clock, log: logger, meters });
    ends.push(() => rooms.close());
    return { incarnation, bus, rooms, log, counted };
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Everything that is on its way arrives, and what is said in answer to it. */
  const settle = async (): Promise<void> => {
    do {
      await turn();
      while (post.deliver());
      clock.advance(ANSWER_AFTER_MS);
      await turn();
    } while (post.letters.length > 0);
  };
  const join = async (node: Node, document = 'plan', people = '') => {
    const sheet = new Sheet();
    sheet.people = people;
    const link = node.rooms.join(document, sheet);
    await turn();
    return { sheet, link };
  };
  /** What is on its way, by kind and in order. */
  const underway = (): string[] => post.letters.map(({ message }) => decodeRoomMessage(message).said.kind);
  /** @returns how many messages were told meanwhile */
  const pass = async (ms: number, fate: 'arrive' | 'lost' = 'arrive'): Promise<number> => {
    let told = 0;
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await turn();
      told += post.letters.length;
      if (fate === 'lost') post.letters.length = 0;
      while (post.deliver());
    }
    if (fate === 'arrive') await settle();
    return told;
  };
  /** All patience that anybody has runs out. */
  const wait = async (): Promise<void> => {
    for (let tries = 0; tries <= MOST_TRIES; tries += 1) {
      clock.advance(PATIENCE_MS);
      await settle();
    }
  };
  return { clock, post, start, turn, settle, join, underway, pass, wait };
}

describe('rooms', () => {
  it('[G4] a document that no other node has open costs one message, and then none', async () => {
    const { clock, join, post, settle, start, wait } = stage();
    const { link } = await join(start());
    expect(post.letters.length).toBe(1);
    await wait();
    link.tell(bytes('ada'));
    link.relay('hello');
    await settle();
    expect([link.isShared, post.letters.length]).toEqual([false, 0]);
    clock.advance(10 * PULSE_AFTER_MS);
    await settle();
    expect(clock.pending).toBe(0);
    link.leave();
    await settle();
  });

  it('[G7] whoever opens a document is told who is there by other nodes, and tells them', async () => {
    const { join, settle, start } = stage();
    const ada = await join(start(), 'plan', 'ada');
    await settle();
    const ben = await join(start(), 'plan', 'ben');
    await settle();
    expect(ben.sheet.take()).toEqual(['1 is ada']);
    expect(ada.sheet.take()).toContain('2 is ben');
    expect([ada.link.isShared, ben.link.isShared]).toEqual([true, true]);
  });

  it('what is told is heard by all others, once, and never by who told it', async () => {
    const { join, settle, start } = stage();
    const sheets = [await join(start()), await join(start()), await join(start())];
    await settle();
    for (const { sheet } of sheets) sheet.take();
    sheets[0]?.link.tell(bytes('ada'));
    sheets[0]?.link.relay('hello');
    await settle();
    expect(sheets.map(({ sheet }) => sheet.take())).toEqual([
      [],
      ['1 changes ada', 'says hello'],
      ['1 changes ada', 'says hello'],
    ]);
  });

  it('an event is heard by all others, and is no stateless message of an extension', async () => {
    const { join, settle, start } = stage();
    const [ada, ben] = [await join(start()), await join(start())];
    await settle();
    ben.sheet.take();
    ada.link.tellEvent(eventOf('a.1'));
    await settle();
    expect(ben.sheet.take()).toEqual(['counted event a.1: wave']);
    expect(ada.sheet.take().filter((heard) => heard.includes('event'))).toEqual([]);
  });

  it('who opens a document is told by which keys events were sent to others, of its own life, and once', async () => {
    const { join, settle, start } = stage();
    const ada = await join(start());
    ada.sheet.eventKeys = [{ id: 'a.1', key: 'order-17', time: 1 }];
    await settle();
    const ben = await join(start());
    await settle();
    expect(ben.sheet.take().filter((heard) => heard.startsWith('knows'))).toEqual(['knows order-17']);
    ada.sheet.epoch = '2-0123456789abcdef';
    const eve = await join(start());
    await settle();
    expect([ben, eve].flatMap(({ sheet }) => sheet.take()).filter((heard) => heard.startsWith('knows'))).toEqual([]);
  });

  it('[R14] an event of one life of a document is heard in no other, by no node, and where it names none it may be missed', async () => {
    const { join, settle, start } = stage();
    const [first, second, third] = [await join(start()), await join(start()), await join(start())];
    second.sheet.epoch = '2-0123456789abcdef';
    third.sheet.epoch = '3-0123456789abcdef';
    await settle();
    const sheets = [first, second, third].map(({ sheet }) => sheet);
    for (const sheet of sheets) sheet.take();
    second.link.tellEvent(eventOf('b.1'));
    await settle();
    expect(sheets.map((sheet) => sheet.take())).toEqual([['passes event b.1'], [], ['passes event b.1']]);
    first.link.tellEvent(eventOf('a.1'));
    await settle();
    expect(sheets.map((sheet) => sheet.take())).toEqual([[], ['misses event a.1'], ['misses event a.1']]);
    third.sheet.epoch = second.sheet.epoch;
    second.link.tellEvent(eventOf('b.2'));
    await settle();
    expect(third.sheet.take()).toEqual(['counted event b.2: wave']);
  });

  it('[R11] who missed events hears how many there were, as soon as it notices that something got lost', async () => {
    const { clock, join, post, settle, start, turn } = stage();
    const [ada, ben] = [await join(start()), await join(start())];
    await settle();
    ada.link.tellEvent(eventOf('a.1'));
    ada.sheet.eventsHead = 'a.1';
    await turn();
    post.letters.length = 0;
    ben.sheet.take();
    clock.advance(PULSE_AFTER_MS);
    await settle();
    expect(ben.sheet.take()).toContain('counted events until a.1');
  });

  it('who opens a document hears which events others have sent before, and counts on from there', async () => {
    const { join, settle, start } = stage();
    const ada = await join(start());
    ada.sheet.eventsHead = 'a.17';
    await settle();
    const ben = await join(start());
    await settle();
    expect(ben.sheet.take()).toContain('events until a.17');
    ada.link.tellEvent(eventOf('a.18'));
    await settle();
    expect(ben.sheet.take()).toEqual(['counted event a.18: wave']);
  });

  it('who opens a document hears what was said in the moment before others knew of it', async () => {
    const { join, settle, start } = stage();
    const ada = await join(start());
    await settle();
    const ben = await join(start());
    ada.link.tellEvent(eventOf('a.1')); // nobody else is there, as far as she knows
    ada.sheet.recentEvents = [eventOf('a.1')];
    await settle();
    expect(ben.sheet.take()).toContain('event a.1: wave');
    await settle();
    expect(ben.sheet.take()).toEqual([]);
  });

  it('who says something in a document that is not open there is heard, and not waited for', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    await settle();
    const visitor = two.rooms.join('plan', new Sheet());
    visitor.tellEvent(eventOf('b.1'));
    visitor.leave();
    await settle();
    expect(ada.sheet.take()).toEqual(['event b.1: wave']);
    expect(ada.link.isShared).toBe(false);
  });

  it('it is counted what goes to other nodes and comes from them', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const { link } = await join(one);
    await join(two);
    await settle();
    const before = { one: one.counted.sent, two: two.counted.received };
    link.tell(new Uint8Array(1_000));
    await settle();
    expect(one.counted.sent - before.one).toBeGreaterThan(1_000);
    expect(two.counted.received - before.two).toBe(one.counted.sent - before.one);
  });

  it('documents hear nothing of each other, whatever they are called', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const names = ['plan', 'rplan', '~comments/plan', 'constructor', 'plan '];
    const here = await Promise.all(names.map((name) => join(one, name)));
    const there = await Promise.all(names.map((name) => join(two, name)));
    await settle();
    for (const [index, { link }] of here.entries()) link.relay(names[index] ?? '');
    await settle();
    expect(there.map(({ sheet }) => sheet.take().filter((heard) => heard.startsWith('says')))).toEqual(
      names.map((name) => [`says ${name}`]),
    );
  });

  it('[G7] whoever closes a document is gone from it at once, and the last is alone again', async () => {
    const { join, settle, start } = stage();
    const [ada, ben] = [await join(start()), await join(start())];
    await settle();
    ada.sheet.take();
    ben.link.leave();
    await settle();
    expect(ada.sheet.take()).toEqual(['2 leaves']);
    expect(ada.link.isShared).toBe(false);
  });

  it('[G7] a node that is lost leaves all rooms at once', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const here = [await join(one, 'plan'), await join(one, 'notes')];
    await join(two, 'plan');
    await join(two, 'notes');
    await settle();
    for (const { sheet } of here) sheet.take();
    one.rooms.lose(two.incarnation);
    expect(here.map(({ sheet }) => sheet.take())).toEqual([['2 leaves'], ['2 leaves']]);
  });

  it('[G7] what a node said before it was lost, and that arrives after it, brings back nobody', async () => {
    const { join, post, settle, start, turn, wait } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    const ben = await join(two, 'plan', 'ben');
    await settle();
    ben.link.tell(bytes('ben'));
    two.bus.become(away);
    two.bus.become(connected);
    await turn();
    two.rooms.close();
    await turn();
    // Its last word but the goodbye, which never comes.
    const late = post.letters.filter(({ message }) => decodeRoomMessage(message).said.kind !== 'bye');
    post.letters.length = 0;
    await two.bus.close();
    one.rooms.lose(two.incarnation);
    ada.sheet.take();
    expect(late.length).toBeGreaterThan(0);
    for (const { to, message } of late) to.hear(message);
    await wait();
    expect(ada.sheet.take()).toEqual([]);
    expect(ada.link.isShared).toBe(false);
  });

  it('[G7] a node that seemed to be lost and speaks again is asked, and all of its people are back', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const here = [await join(one, 'plan'), await join(one, 'notes')];
    const there = [await join(two, 'plan', 'ben'), await join(two, 'notes', 'eve')];
    await settle();
    one.rooms.lose(two.incarnation);
    for (const { sheet } of here) sheet.take();
    there[0]?.link.tell(bytes('ben moves'));
    await settle();
    expect(here.map(({ sheet }) => sheet.take().at(-1))).toEqual(['2 is ben', '2 is eve']);
  });

  it('[G7] a node that is heard again elsewhere is sought in every room that it was in', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    await join(two, 'plan', 'ben');
    await settle();
    one.rooms.lose(two.incarnation);
    ada.sheet.take();
    one.rooms.seek(two.incarnation);
    await settle();
    expect(ada.sheet.take()).toEqual(['2 is ben']);
  });

  it('[G4] a room remembers the last of the nodes that were lost, however often nodes start anew', async () => {
    const { join, settle, start, turn, underway } = stage();
    const one = start();
    await join(one);
    const others = Array.from({ length: 65 }, start);
    for (const other of others) await join(other, 'plan', 'ben');
    await settle();
    for (const { incarnation } of others) one.rooms.lose(incarnation);
    await settle();
    const [first, second] = others;
    one.rooms.seek(first?.incarnation ?? '');
    await turn();
    expect(underway()).toEqual([]);
    one.rooms.seek(second?.incarnation ?? '');
    await turn();
    expect(new Set(underway())).toEqual(new Set(['hello']));
  });

  it('[G7] two nodes that each thought the other lost find each other as soon as one speaks', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    await settle();
    one.rooms.lose(two.incarnation);
    two.rooms.lose(one.incarnation);
    for (const { sheet } of [ada, ben]) sheet.take();
    one.rooms.seek(two.incarnation);
    await settle();
    expect(ada.sheet.take().at(-1)).toBe('2 is ben');
    expect(ben.sheet.take().at(-1)).toBe('1 is ada');
  });

  it('[G2] who misses a message asks for everything, of the one whose it was', async () => {
    const { join, post, settle, start, turn, underway } = stage();
    const [ada, ben, eve] = [await join(start(), 'plan', 'ada'), await join(start()), await join(start())];
    await settle();
    for (const { sheet } of [ben, eve]) sheet.take();
    ada.link.tell(bytes('first'));
    await turn();
    post.letters.splice(1, 1); // Ben's
    await settle();
    ada.link.tell(bytes('second'));
    await turn();
    for (const _each of [ada, ben, eve]) post.deliver();
    expect(underway()).toEqual(['hello', 'hello', 'hello']);
    await settle();
    expect(ben.sheet.take()).toEqual(['1 changes second', '1 is ada']);
    expect(eve.sheet.take().filter((heard) => heard.includes('changes'))).toEqual([
      '1 changes first',
      '1 changes second',
    ]);
  });

  it('[G7] a loss that nothing follows is noticed by a pulse', async () => {
    const { clock, join, post, settle, start, turn } = stage();
    const [ada, ben] = [await join(start(), 'plan', 'ada'), await join(start())];
    await settle();
    ben.sheet.take();
    ada.link.tell(bytes('ada moves'));
    await turn();
    post.letters.length = 0;
    await settle();
    expect(ben.sheet.take()).toEqual([]);
    clock.advance(PULSE_AFTER_MS);
    await settle();
    expect(ben.sheet.take()).toEqual(['1 is ada']);
  });

  it('[G7] a loss is noticed though all that was said for minutes got lost with it', async () => {
    const { join, pass, settle, start } = stage();
    const [ada, ben] = [await join(start(), 'plan', 'ada'), await join(start())];
    await settle();
    ben.sheet.take();
    ada.link.tell(bytes('ada moves'));
    await pass(300_000, 'lost');
    expect(ben.sheet.take()).toEqual([]);
    await pass(PULSE_EVERY * PULSE_AFTER_MS);
    expect(ben.sheet.take()).toEqual(['1 is ada']);
  });

  it('[G4] where several nodes are and nothing is said, a message of each goes round now and again', async () => {
    const { join, pass, settle, start } = stage();
    await join(start(), 'plan', 'ada');
    await join(start(), 'plan', 'ben');
    await settle();
    await pass(60_000);
    const told = await pass(10 * PULSE_EVERY * PULSE_AFTER_MS);
    expect(told).toBe(10 * 2 * 2); // by each of two, to both
  });

  it('[G7] nodes find each other after all that they said for an hour got lost, and ask rarely until then', async () => {
    const { clock, join, pass, start } = stage();
    const ada = await join(start(), 'plan', 'ada');
    const ben = await join(start(), 'plan', 'ben');
    await pass(60_000, 'lost');
    const told = await pass(3_600_000, 'lost');
    expect(told).toBeLessThanOrEqual((2 * 2 * 3_600_000) / LONGEST_PATIENCE_MS);
    expect([ada.link.isShared, ben.link.isShared]).toEqual([false, false]);
    await pass(LONGEST_PATIENCE_MS);
    expect([ada.sheet.take().at(-1), ben.sheet.take().at(-1)]).toEqual(['2 is ben', '1 is ada']);
    expect(clock.pending).toBe(2); // the next pulse of each
  });

  it('[G7] who could ask nobody for a minute, since its bus dropped all that it was told, asks once it takes it', async () => {
    const { join, pass, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    await settle();
    two.bus.isFull = true;
    const ben = await join(two, 'plan', 'ben');
    await pass(60_000);
    expect(ben.link.isShared).toBe(false);
    two.bus.isFull = false;
    await pass(LONGEST_PATIENCE_MS);
    expect([ada.sheet.take().at(-1), ben.sheet.take().at(-1)]).toEqual(['2 is ben', '1 is ada']);
  });

  it('[G7] who was given up since nothing of it came through is found again', async () => {
    const { join, pass, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    await settle();
    one.bus.become(away);
    one.bus.become(connected);
    await pass(60_000, 'lost');
    expect(ada.sheet.take().at(-1)).toBe('2 leaves');
    ben.sheet.take();
    await pass(LONGEST_PATIENCE_MS);
    expect(ada.sheet.take().at(-1)).toBe('2 is ben');
    expect([ada.link.isShared, ben.link.isShared]).toEqual([true, true]);
  });

  it('[G7] one of several that is not met though another is, is found', async () => {
    const { join, pass, post, settle, start, turn } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await settle();
    await pass(60_000);
    const eve = await join(start(), 'plan', 'eve');
    await turn();
    post.lose(one.bus);
    await settle();
    expect(eve.sheet.take()).toEqual(['2 is ben']);
    await pass(2 * PATIENCE_MS);
    expect(eve.sheet.take()).toContain('1 is ada');
    expect(ada.sheet.take()).toContain('3 is eve');
  });

  it('[G7] who left is gone though the goodbye got lost', async () => {
    const { join, pass, settle, post, start, turn } = stage();
    const ada = await join(start(), 'plan', 'ada');
    const ben = await join(start(), 'plan', 'ben');
    await settle();
    ben.link.leave();
    await turn();
    post.letters.length = 0;
    ada.sheet.take();
    await pass(PULSE_AFTER_MS + (MOST_TRIES + 1) * PATIENCE_MS);
    expect(ada.sheet.take()).toEqual(['2 leaves']);
    expect(ada.link.isShared).toBe(false);
  });

  it('[R10] what arrives twice or too late is not heard again', async () => {
    const { join, post, settle, start, turn } = stage();
    const [ada, ben] = [await join(start(), 'plan', 'ada'), await join(start())];
    await settle();
    ben.sheet.take();
    ada.link.relay('once');
    ada.link.tell(bytes('moves'));
    await turn();
    const copies = [...post.letters];
    post.letters.reverse();
    await settle();
    for (const { to, message } of copies) to.hear(message);
    await settle();
    const heard = ben.sheet.take();
    expect(heard.filter((each) => each === '1 changes moves')).toEqual(['1 changes moves']);
    expect(heard.filter((each) => each === 'says once').length).toBeLessThanOrEqual(1);
    expect(heard.at(-1)).toBe('1 is ada');
  });

  it('[R10] what a node said before its goodbye, and that arrives after it, brings back nobody', async () => {
    const { join, post, settle, start, turn } = stage();
    const [ada, ben] = [await join(start()), await join(start(), 'plan', 'ben')];
    await settle();
    ada.sheet.take();
    ben.link.tell(bytes('ben moves'));
    ben.link.leave();
    await turn();
    post.letters.reverse();
    await settle();
    expect(ada.sheet.take()).toEqual(['2 leaves']);
  });

  it('[G4] fifty who ask at once are given one answer', async () => {
    const { clock, join, post, start, turn, underway } = stage();
    await join(start(), 'plan', 'ada');
    const others = Array.from({ length: 50 }, start);
    for (const node of others) await join(node);
    while (post.deliver());
    await turn();
    clock.advance(ANSWER_AFTER_MS);
    await turn();
    const ofAda = post.letters.filter(({ message }) => decodeRoomMessage(message).from === '0000000000000001');
    expect(new Set(ofAda.map(({ message }) => message)).size).toBe(1);
    expect(underway().every((kind) => kind === 'here')).toBe(true);
  });

  it('[G2] after the bus was away everybody hears everything again, without anything being said', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    await settle();
    two.bus.become(away);
    ada.sheet.people = 'ada moved';
    ben.sheet.people = 'ben moved';
    ada.link.tell(bytes('ada moved'));
    ben.link.tell(bytes('ben moved'));
    await settle();
    for (const { sheet } of [ada, ben]) sheet.take();
    two.bus.become(connected);
    await settle();
    expect(ada.sheet.take()).toContain('2 is ben moved');
    expect(ben.sheet.take()).toContain('1 is ada moved');
  });

  it('[G2] documents are told since when events of other nodes are heard, and that they are not while the bus is away', async () => {
    const { clock, join, settle, start } = stage();
    const node = start();
    const plan = await join(node);
    const openedAt = clock.monotonicMs();
    node.bus.become(away);
    const other = await join(node, 'other');
    const hearSince = () => [plan, other].map(({ sheet }) => sheet.hearsEventsSince);
    expect(hearSince()).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    clock.advance(1_000);
    node.bus.become(connected);
    expect(hearSince()).toEqual([openedAt + 1_000, openedAt + 1_000]);
    clock.advance(1_000);
    node.bus.become(full);
    await settle();
    expect(hearSince()).toEqual([openedAt + 1_000, openedAt + 1_000]);
    const third = await join(node, 'third');
    expect(third.sheet.hearsEventsSince).toBe(clock.monotonicMs());
  });

  it('[G7] nobody of another node stays on screens for long while the bus is away, and all are there again when it is back', async () => {
    const { clock, join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    await settle();
    for (const { sheet } of [ada, ben]) sheet.take();
    for (const { bus } of [one, two]) bus.become(away);
    clock.advance(ALONE_AFTER_MS - 1);
    // Another reason is no news.
    one.bus.become(denied);
    expect(ada.sheet.take()).toEqual([]);
    clock.advance(1);
    expect([ada.sheet.take(), ben.sheet.take()]).toEqual([['2 leaves'], ['1 leaves']]);
    expect(ada.link.isShared).toBe(false);
    for (const { bus } of [one, two]) bus.become(connected);
    // Before it is known who is there, they may be.
    ada.link.relay('hello');
    await settle();
    expect(ada.sheet.take()).toEqual(['2 is ben']);
    expect(ben.sheet.take()).toEqual(expect.arrayContaining(['says hello', '1 is ada']));
    expect([ada.link.isShared, ben.link.isShared]).toEqual([true, true]);
  });

  it('[G7] a bus that is back sooner has nobody disappear', async () => {
    const { clock, join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await settle();
    ada.sheet.take();
    one.bus.become(away);
    clock.advance(ALONE_AFTER_MS - 1);
    one.bus.become(connected);
    await settle();
    clock.advance(2 * ALONE_AFTER_MS);
    await settle();
    expect(ada.sheet.take().filter((heard) => heard.includes('leaves'))).toEqual([]);
  });

  it.each([
    ['full', full],
    ['unsafe to write to', unsafe],
  ])(
    '[G7] a bus that is only %s goes on being heard, and is asked when it was away before that',
    async (_, refusing) => {
      const { clock, join, settle, start } = stage();
      const [one, two] = [start(), start()];
      const ada = await join(one, 'plan', 'ada');
      const ben = await join(two, 'plan', 'ben');
      await settle();
      for (const { bus } of [one, two]) bus.become(refusing);
      clock.advance(2 * ALONE_AFTER_MS);
      ada.sheet.take();
      ben.link.tell(bytes('ben moves'));
      await settle();
      expect(ada.sheet.take()).toEqual(['2 changes ben moves']);
      one.bus.become(away);
      clock.advance(ALONE_AFTER_MS);
      expect(ada.sheet.take()).toEqual(['2 leaves']);
      one.bus.become(refusing);
      await settle();
      expect(ada.sheet.take().at(-1)).toBe('2 is ben');
    },
  );

  it('[G7] who closed a document while the bus was away says goodbye when it is back', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    const ben = await join(two, 'plan', 'ben');
    await settle();
    ada.sheet.take();
    two.bus.become(away);
    ben.link.leave();
    await settle();
    expect(ada.sheet.take()).toEqual([]);
    two.bus.become(connected);
    await settle();
    expect(ada.sheet.take()).toEqual(['2 leaves']);
  });

  it('[G4] documents that are opened and closed while the bus is away leave nothing behind', async () => {
    const { clock, turn } = stage();
    const listeners = new ChannelListeners(false, () => expect.fail('a line failed'));
    const waiting = new Set<string>();
    const bus: RoomsBus = {
      status: away,
      onStatus: () => () => {},
      tell: async () => 0,
      listen: (channel, hear, signal) => {
        waiting.add(channel);
        return listeners.listen(channel, hear, signal).finally(() => waiting.delete(channel));
      },
    };
    const rooms = createRooms({ bus, incarnation: '00000000000000ff', clock, log: pino({ level: 'silent' }) });
    ends.push(() => rooms.close());
    for (let index = 0; index < 500; index += 1) rooms.join(`plan-${index}`, new Sheet()).leave();
    await turn();
    const subscribed: string[] = [];
    await listeners.attach({
      subscribe: async (channel) => void subscribed.push(channel),
      unsubscribe: async () => {},
      onMessage: () => {},
    });
    expect([subscribed, waiting.size, clock.pending]).toEqual([[], 0, 0]);
  });

  it('[G7] who does not answer though it is asked several times is not there any more', async () => {
    const { join, settle, start, wait } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    await join(two, 'plan', 'ben');
    await settle();
    ada.sheet.take();
    await two.bus.close();
    one.bus.become(away);
    one.bus.become(connected);
    await wait();
    expect(ada.sheet.take()).toEqual(['2 leaves']);
    expect(ada.link.isShared).toBe(false);
  });

  it('[G2] a first question that got lost is asked again while others listen', async () => {
    const { clock, join, post, settle, start } = stage();
    await join(start(), 'plan', 'ada');
    await settle();
    const ben = await join(start());
    post.letters.length = 0;
    await settle();
    expect(ben.link.isShared).toBe(false);
    clock.advance(PATIENCE_MS);
    await settle();
    expect(ben.sheet.take()).toEqual(['1 is ada']);
  });

  it('a document that is opened again is another one: its numbers begin anew, and nothing of it is taken for old', async () => {
    const { join, post, settle, start, turn } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    const ben = await join(two, 'plan', 'ben');
    await settle();
    for (let move = 0; move < 5; move += 1) ben.link.tell(bytes('ben moves'));
    await settle();
    ben.link.leave();
    await turn();
    post.letters.length = 0; // the goodbye too
    await join(two, 'plan', 'eve');
    ada.sheet.take();
    await settle();
    expect(ada.sheet.take().at(-1)).toBe('2 is eve');
  });

  it('[G4] thousands of documents are renewed within a second, some at a time', async () => {
    const { clock, join, post, settle, start, turn } = stage();
    const node = start();
    for (let index = 0; index < 3_000; index += 1) await join(node, `plan-${index}`);
    await settle();
    clock.advance(PATIENCE_MS);
    node.bus.become(away);
    node.bus.become(connected);
    await turn();
    expect(post.letters.length).toBeLessThanOrEqual(50);
    clock.advance(1_000);
    await turn();
    expect(post.letters.length).toBe(3_000);
  });

  it('[G7] all documents are renewed, though the bus turns out to be full meanwhile', async () => {
    const { clock, join, settle, start } = stage();
    const node = start();
    const documents: Awaited<ReturnType<typeof join>>[] = [];
    for (let index = 0; index < 100; index += 1) documents.push(await join(node, `plan-${index}`));
    await settle();
    node.bus.become(away);
    node.bus.become(connected);
    node.bus.become(full);
    clock.advance(1_000);
    expect(documents.map(({ sheet }) => sheet.hearsEventsSince)).not.toContain(Number.POSITIVE_INFINITY);
  });

  it('[G7] what only a later release says is passed over and counted, and nothing seems to be missed for it', async () => {
    const { join, post, settle, start, turn, underway } = stage();
    const node = start();
    const { sheet } = await join(node, 'plan', 'ada');
    await settle();
    const from = 'ffffffffffffffff';
    const [listening] = post.listening;
    const say = (number: number, said: Said): Uint8Array => encodeRoomMessage({ from, life: 1, number, said });
    const later = say(2, { kind: 'pulse' });
    later[1] = 99;
    listening?.hear(say(1, { kind: 'here', answers: [], presence: bytes('eve'), eventsHead: '' }));
    await settle();
    sheet.take();
    listening?.hear(later);
    listening?.hear(Uint8Array.of(...say(3, { kind: 'change', presence: bytes('eve moves') }), 1, 2, 3));
    await turn();
    expect(sheet.take()).toEqual(['f changes eve moves']);
    expect(underway()).toEqual([]);
    expect(node.counted.strange).toEqual(['unknown-kind']);
    expect(node.log).toEqual([]);
  });

  it('[G7] of whom nobody can read who is there by it nobody is shown, it is asked at once, and then now and again', async () => {
    const { clock, join, settle, start } = stage();
    const node = start();
    const { sheet } = await join(node);
    const ben = await join(start(), 'plan', 'ben');
    await settle();
    sheet.take();
    ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(sheet.take()).toEqual(['2 is ben']);
    ben.sheet.people = UNREADABLE;
    ben.sheet.eventsHead = 'b.7';
    const before = node.counted.sent;
    ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(sheet.take()).toEqual(['2 leaves', 'counted events until b.7']);
    const question = node.counted.sent - before;
    for (let move = 0; move < 100; move += 1) ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(node.counted.sent - before).toBe(question);
    expect(node.log.map(({ msg }) => msg)).toEqual(['who is there by another node can not be read']);
    expect(node.counted.strange.every((fault) => fault === 'presence')).toBe(true);
    ben.sheet.people = 'ben';
    clock.advance(MISREAD_AGAIN_MS);
    await settle();
    expect(sheet.take()).toContain('2 is ben');
    ben.link.tell(bytes('ben moves'));
    await settle();
    expect(sheet.take()).toEqual(['2 changes ben moves']);
  });

  it('what is damaged or of another version is dropped, and complained of once a minute', async () => {
    const { clock, join, post, settle, start } = stage();
    const node = start();
    const { sheet } = await join(node);
    await settle();
    const said = {
      from: 'ffffffffffffffff',
      life: 1,
      number: 1,
      said: { kind: 'change', presence: bytes('eve') },
    } as const;
    const message = encodeRoomMessage(said);
    const [listening] = post.listening;
    const strange = [
      new Uint8Array(0),
      message.slice(0, -1),
      Uint8Array.of(9, ...message.slice(1)),
      Uint8Array.of(1, 99),
    ];
    for (const each of strange) listening?.hear(each);
    expect(sheet.take()).toEqual([]);
    expect(node.log.map(({ msg }) => msg)).toEqual(['what another node said is not understood']);
    clock.advance(60_000);
    listening?.hear(Uint8Array.of(9));
    expect(node.log[1]).toMatchObject({ times: strange.length });
    expect(node.counted.strange).toEqual(Array(strange.length + 1).fill('damaged'));
    expect(listening && post.listening.size).toBe(1);
  });

  it('[G4] a stateless message that would hold up all others stays on its node, and it is said so', async () => {
    const { join, settle, start } = stage();
    const node = start();
    const [ada, ben] = [await join(node), await join(start())];
    await settle();
    ben.sheet.take();
    ada.link.relay('x'.repeat(MOST_STATELESS_CHARACTERS + 1));
    ada.link.relay('small');
    await settle();
    expect(ben.sheet.take()).toEqual(['says small']);
    expect(node.log.map(({ msg }) => msg)).toEqual(['a stateless message is too large for other nodes']);
  });

  it('listens to nothing any more, and waits for nothing, once it is closed', async () => {
    const { clock, join, post, settle, start } = stage();
    const [one, two] = [start(), start()];
    await join(one);
    await join(two);
    await settle();
    one.rooms.close();
    two.rooms.close();
    await settle();
    expect([post.listening.size, clock.pending]).toEqual([0, 0]);
    expect(channelOf('plan')).not.toBe('plan');
  });
});
