import { MemoryStore } from '@quire/persistence';
import {
  type DocumentName,
  decodePresence,
  type EventNotice,
  type EventPoint,
  type EventRequest,
  encodePresence,
  type Role,
  readEventNotice,
  writeEventRequest,
} from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { allow, type Identity } from '../auth/authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { type Clock, systemClock } from '../clock.ts';
import { BusError } from '../cluster/cluster-bus.ts';
import { createRooms, type Rooms } from '../cluster/rooms/rooms.ts';
import { createEvents } from '../events/events.ts';
import { HandBus, Post } from '../testing/hand-bus.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { type Collaboration, createCollaboration, type Extension } from './collaboration.ts';
import { alone } from './replication.ts';

const PLAN = 'plan' as DocumentName;
const PRESENCE = { maxEntries: 100, maxStateBytes: 1_000 };
const log = pino({ level: 'silent' });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Node {
  readonly collaboration: Collaboration;
  readonly rooms: Rooms;
  readonly bus: HandBus;
}

/** Somebody's token is who they are and what they may do. */
const tokenOf = (role: Role, user: Identity): string => JSON.stringify({ role, user });
const ADA = tokenOf('editor', { id: 'ada', name: 'Ada' });

const guard = createGuard(
  {
    async authenticate({ token }) {
      const { role, user } = JSON.parse(token) as { role: Role; user: Identity };
      return allow(role, user);
    },
  },
  log,
);

/** Nodes that hear of each other what a test delivers. */
function stage() {
  const post = new Post();
  let ahead = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + ahead };
  const start = (options: { extensions?: readonly Extension[]; isAlone?: boolean } = {}): Node => {
    const store = new MemoryStore();
    const bus = new HandBus(post);
    const rooms = createRooms({ bus, incarnation: store.incarnation, clock, log });
    const collaboration = createCollaboration({
      store,
      ...(options.isAlone === true
        ? {}
        : { replication: { ...alone, join: (document, room) => rooms.join(document, room) } }),
      guard,
      log,
      clock,
      limits: testLimits,
      maxJournalQueueBytes: 2 ** 26,
      extensions: options.extensions ?? [],
    });
    ends.push(async () => {
      await collaboration.close();
      rooms.close();
      await store.close();
    });
    return { collaboration, rooms, bus };
  };
  /** Somebody who is in, and listens from then on. */
  const enter = async (node: Node, token = ADA): Promise<Page> => {
    const page = new Page(node.collaboration, PLAN, { token });
    ends.push(() => page.leave());
    await until(() => page.read().isIn, { what: 'let in' });
    return page;
  };
  const wait = (ms: number): void => {
    ahead += ms;
  };
  const deliver = (): void => {
    while (post.deliver());
  };
  const hears = (page: Page, ...texts: string[]): Promise<unknown> =>
    until(
      () => {
        deliver();
        return textsOf(page).join() === texts.join();
      },
      { what: () => `${texts.join()} instead of ${textsOf(page).join()}` },
    );
  /** Until the nodes of these two know of each other, and for as long that nobody can have missed anything on the way. */
  const meet = async (...pages: readonly [Page, Page]): Promise<void> => {
    for (const [index, page] of pages.entries()) {
      page.say({ kind: 'presence', presence: encodePresence([{ clientId: index + 1, clock: 1, state: '{}' }]) });
    }
    for (const [index, page] of pages.entries()) {
      await until(
        () => {
          deliver();
          return sees(page, 2 - index);
        },
        { what: 'the nodes know of each other' },
      );
      listen(page);
    }
    ahead += 5_000;
  };
  return { post, start, enter, hears, deliver, meet, wait };
}

function sees(page: Page, clientId: number): boolean {
  const told = page
    .read()
    .heard.flatMap((frame) => (frame.kind === 'presence' ? decodePresence(frame.presence, PRESENCE) : []));
  return told.some((entry) => entry.clientId === clientId);
}

const say = (page: Page, request: EventRequest): void =>
  page.say({ kind: 'stateless', payload: writeEventRequest(request) });
const listen = (page: Page, after: EventPoint | null = null): void => say(page, { kind: 'listen', after });
const send = (
  page: Page,
  data: unknown,
  { ref = `r${Math.random()}`.replace('.', ''), clientId = null as number | null } = {},
) => {
  say(page, { kind: 'send', ref, name: 'chat', data, clientId });
  return ref;
};

const noticesOf = (page: Page): EventNotice[] =>
  page.read().heard.flatMap((frame) => (frame.kind === 'stateless' ? (readEventNotice(frame.payload) ?? []) : []));

const eventsOf = (page: Page) =>
  noticesOf(page).flatMap((notice) => {
    if (notice.kind === 'listening') return notice.events;
    return notice.kind === 'event' ? notice.event : [];
  });
const textsOf = (page: Page): string[] => eventsOf(page).map(({ data }) => String(data));
const gapsOf = (page: Page): string[] =>
  noticesOf(page).flatMap((notice) => ('gap' in notice ? (notice.gap ?? []) : []));

/** What somebody has heard who is about to come back. */
function pointOf(page: Page): EventPoint {
  const heads = new Map<string, number>();
  let name = '';
  for (const notice of noticesOf(page)) {
    if (notice.kind !== 'listening') continue;
    name = notice.log;
    for (const [stream, number] of notice.heads) heads.set(stream, number);
  }
  for (const { id } of eventsOf(page)) {
    const [stream = '', number] = id.split('.');
    heads.set(stream, Math.max(heads.get(stream) ?? 0, Number(number)));
  }
  return { log: name, heads: [...heads], awayMs: 0 };
}

describe('events in a document', () => {
  it('go to whoever asked for them, who sent them too, and to nobody else', async () => {
    const { start, enter, hears } = stage();
    const node = start({ isAlone: true });
    const [ada, ben, eve] = [await enter(node), await enter(node), await enter(node)];
    for (const page of [ada, ben]) listen(page);
    const ref = send(ada, 'hello');
    await hears(ben, 'hello');
    await hears(ada, 'hello');
    expect(noticesOf(eve)).toEqual([]);
    // The answer comes first: who hears it knows it for their own.
    const [event] = eventsOf(ada);
    expect(noticesOf(ada).map(({ kind }) => kind)).toEqual(['listening', 'taken', 'event']);
    expect(noticesOf(ada)[1]).toEqual({ kind: 'taken', ref, id: event?.id, time: event?.time });
  });

  it('[G6] say who sent them as the server knows it, and who that is in presence only if it is they', async () => {
    const { start, enter, hears } = stage();
    const node = start({ isAlone: true });
    const [ada, guest] = [await enter(node), await enter(node, tokenOf('editor', { id: '', name: null }))];
    listen(ada);
    const show = (page: Page, clientId: number, name: string): void =>
      page.say({
        kind: 'presence',
        presence: encodePresence([{ clientId, clock: 1, state: JSON.stringify({ user: { name } }) }]),
      });
    show(ada, 1, 'somebody else');
    show(guest, 2, 'Gus');
    send(ada, 'as herself', { clientId: 1 });
    send(ada, 'as Gus', { clientId: 2 });
    send(guest, 'as a guest', { clientId: 2 });
    await hears(ada, 'as herself', 'as Gus', 'as a guest');
    expect(eventsOf(ada).map(({ from }) => from)).toEqual([
      { id: 'ada', name: 'Ada', clientId: 1 },
      { id: 'ada', name: 'Ada', clientId: null },
      { id: '', name: 'Gus', clientId: 2 },
    ]);
  });

  it.each<[Role, boolean]>([
    ['reader', false],
    ['commenter', true],
    ['editor', true],
    ['owner', true],
  ])('[G6] a %s may send them: %s', async (role, may) => {
    const { start, enter } = stage();
    const page = await enter(start({ isAlone: true }), tokenOf(role, { id: 'somebody', name: null }));
    listen(page);
    const ref = send(page, 'hello');
    const answer = noticesOf(page).find((notice) => 'ref' in notice);
    expect(answer).toMatchObject(may ? { kind: 'taken', ref } : { kind: 'refused', ref, code: 'forbidden' });
    expect(textsOf(page)).toEqual(may ? ['hello'] : []);
  });

  it('of a page that hears none are said again only where the server would know them again', async () => {
    const { start, enter, wait } = stage();
    const again = (page: Page, ref: string, saidMs: number): void =>
      say(page, { kind: 'send', ref, name: 'chat', data: ref, clientId: null, saidMs });
    const answersOf = (page: Page) =>
      noticesOf(page).map((notice) => (notice.kind === 'refused' ? notice.code : notice.kind));
    const before = await enter(start({ isAlone: true }));
    send(before, 'once', { ref: 'once' });
    expect(answersOf(before)).toEqual(['taken']);

    // Started anew: it has forgotten what it took.
    const after = await enter(start({ isAlone: true }));
    again(after, 'once', 3_000);
    expect(answersOf(after)).toEqual(['maybe-taken']);
    wait(10_000);
    again(after, 'lost', 3_000);
    again(after, 'lost', 4_000);
    expect(answersOf(after)).toEqual(['maybe-taken', 'taken', 'taken']);
    const [first, second] = noticesOf(after).filter((notice) => notice.kind === 'taken');
    expect(first).toEqual(second);
  });

  it('[G4] what can not be taken is refused by its reference, and ends nothing', async () => {
    const { start, enter } = stage();
    const page = await enter(start({ isAlone: true }));
    listen(page);
    let nest: unknown = [];
    for (let depth = 0; depth < 300; depth += 1) nest = [nest];
    send(page, 'x'.repeat(20_000), { ref: 'large' });
    send(page, 'x'.repeat(200_000), { ref: 'huge' });
    send(page, nest, { ref: 'deep' });
    page.say({ kind: 'stateless', payload: '{"type":"quire.event.send","ref":"odd","name":""}' });
    page.say({ kind: 'stateless', payload: '{"type":"quire.event' });
    const refusals = noticesOf(page).flatMap((notice) =>
      notice.kind === 'refused' ? [[notice.ref, notice.code]] : [],
    );
    expect(refusals).toEqual([
      ['large', 'event-too-large'],
      ['huge', 'event-too-large'],
      ['deep', 'event-too-large'],
      ['odd', 'bad-event'],
      [null, 'bad-event'],
    ]);
    send(page, 'fine');
    expect([textsOf(page), page.closedWith]).toEqual([['fine'], null]);
  });

  it('[G6] of a guest are not taken for those of another, whatever name these gave theirs', async () => {
    const { start, enter, hears } = stage();
    const node = start({ isAlone: true });
    const guest = (): Promise<Page> => enter(node, tokenOf('editor', { id: '', name: null }));
    const [ada, mallory, gus] = [await enter(node), await guest(), await guest()];
    listen(ada);
    send(mallory, 'of Mallory', { ref: 'gus-1' });
    send(gus, 'of Gus', { ref: 'gus-1' });
    send(gus, 'of Gus', { ref: 'gus-1' });
    send(gus, 'the next', { ref: 'gus-2' });
    await hears(ada, 'of Mallory', 'of Gus', 'the next');
  });

  it('what is sent again, because its answer got lost, is answered again and heard once', async () => {
    const { start, enter } = stage();
    const node = start({ isAlone: true });
    const [ada, ben] = [await enter(node), await enter(node, tokenOf('editor', { id: 'ben', name: null }))];
    listen(ada);
    for (let time = 0; time < 2; time += 1) send(ada, 'hello', { ref: 'one' });
    send(ben, 'from Ben', { ref: 'one' });
    expect(textsOf(ada)).toEqual(['hello', 'from Ben']);
    const taken = noticesOf(ada).flatMap((notice) => (notice.kind === 'taken' ? notice.id : []));
    expect(taken).toHaveLength(2);
    expect(new Set(taken).size).toBe(1);
  });

  it('are not shown to hooks of extensions, whose own messages go their way', async () => {
    const seen: string[] = [];
    const extension: Extension = { onStateless: async ({ payload }) => void seen.push(payload) };
    const { start, enter, hears } = stage();
    const page = await enter(start({ extensions: [extension], isAlone: true }));
    listen(page);
    send(page, 'hello');
    page.say({ kind: 'stateless', payload: '{"type":"quire.other"}' });
    await hears(page, 'hello');
    await until(() => seen.length > 0, { what: 'the extension hears its own' });
    expect(seen).toEqual(['{"type":"quire.other"}']);
  });

  it('what a program says reaches everybody, also in a document that nobody had open before', async () => {
    const { start, enter, hears } = stage();
    const node = start({ isAlone: true });
    const events = createEvents(node.collaboration);
    const page = await enter(node);
    listen(page);
    await events.send(PLAN, { name: 'chat', data: 'one' });
    await hears(page, 'one');
    const point = pointOf(page);
    page.leave();
    await until(() => node.collaboration.openDocuments === 0, { what: 'closed' });
    await events.send(PLAN, { name: 'chat', data: 'two', key: 'two' });
    await events.send(PLAN, { name: 'chat', data: 'two', key: 'two' });
    const back = await enter(node);
    listen(back, point);
    expect([textsOf(back), gapsOf(back)]).toEqual([['two'], []]);
  });

  it('[R14] are over with the life of their document', async () => {
    const { start, enter } = stage();
    const node = start({ isAlone: true });
    const write = (): Promise<void> =>
      node.collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 'x'));
    await write();
    const page = await enter(node);
    listen(page);
    const point = pointOf(page);
    send(page, 'former');
    await node.collaboration.delete(PLAN);
    await write();
    const back = await enter(node);
    listen(back, point);
    expect([textsOf(back), gapsOf(back)]).toEqual([[], ['unknown']]);
  });
});

describe('events in a document that is open on several nodes', () => {
  it('are heard on all of them, in the order in which each was taken, once', async () => {
    const { start, enter, hears, meet } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    send(ada, 'one');
    send(ada, 'two');
    await hears(ben, 'one', 'two');
    send(ben, 'three');
    await hears(ada, 'one', 'two', 'three');
    expect(textsOf(ben)).toEqual(['one', 'two', 'three']);
  });

  it('are heard by who has just come in on another node, though the nodes did not know of each other yet', async () => {
    const { start, enter, hears } = stage();
    const [here, there] = [start(), start()];
    const ada = await enter(here);
    listen(ada);
    const ben = await enter(there);
    listen(ben);
    send(ada, 'before the nodes have met');
    await hears(ben, 'before the nodes have met');
    await hears(ada, 'before the nodes have met');
  });

  it('who comes back on another node gets what they missed, once', async () => {
    const { start, enter, hears, deliver, meet } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    send(ada, 'heard');
    await hears(ben, 'heard');
    const point = pointOf(ada);
    ada.leave();
    send(ben, 'missed');
    deliver();
    const back = await enter(there);
    listen(back, point);
    await hears(back, 'missed');
    expect(gapsOf(back)).toEqual([]);
  });

  it('[R11] everybody is told when some got lost between nodes', async () => {
    const { post, start, enter, hears, meet } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    send(ada, 'one');
    await hears(ben, 'one');
    send(ada, 'lost');
    await new Promise((resolve) => setImmediate(resolve));
    post.letters.length = 0;
    send(ada, 'three');
    await hears(ben, 'one', 'three');
    expect([gapsOf(ada), gapsOf(ben)]).toEqual([[], ['lost']]);
  });

  it('what a program says on a node that has not opened the document is heard on those that have', async () => {
    const { start, enter, hears } = stage();
    const [here, there] = [start(), start()];
    const ada = await enter(here);
    listen(ada);
    const events = createEvents(there.collaboration);
    await events.send(PLAN, { name: 'chat', data: 'one', from: { id: 'shop', name: 'Shop' } });
    await events.send(PLAN, { name: 'chat', data: 'two' });
    await hears(ada, 'one', 'two');
    expect(there.collaboration.openDocuments).toBe(0);
    expect(eventsOf(ada)[0]?.from).toEqual({ id: 'shop', name: 'Shop', clientId: null });
  });

  it('what is sent again to another node, before that one heard of it, is heard once', async () => {
    const { start, enter, hears, meet } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    const again = await enter(there);
    send(ada, 'hello', { ref: 'one' });
    send(again, 'hello', { ref: 'one' });
    send(ada, 'from here');
    send(ben, 'from there');
    await hears(ada, 'hello', 'from here', 'from there');
    await hears(ben, 'hello', 'from there', 'from here');
    const point = pointOf(ada);
    ada.leave();
    const back = await enter(there);
    listen(back, point);
    expect([textsOf(back), gapsOf(back)]).toEqual([[], []]);
  });

  it('what is sent again to a node that opened the document later is known there', async () => {
    const { start, enter, meet, wait } = stage();
    const [here, there] = [start(), start()];
    const ada = await enter(here);
    listen(ada);
    send(ada, 'hello', { ref: 'one' });
    wait(30_000);
    const again = await enter(there);
    await meet(ada, again);
    send(again, 'hello', { ref: 'one' });
    const [event] = eventsOf(ada);
    expect(noticesOf(again).at(-1)).toMatchObject({ kind: 'taken', ref: 'one', id: event?.id });
    expect(textsOf(ada)).toEqual(['hello']);
  });

  it('[G2] what others may have taken while a node was cut off is not taken again there', async () => {
    const { start, enter, meet, wait } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    there.bus.become({ state: 'away', error: new BusError('unreachable', 'gone'), since: 0 });
    send(ada, 'hello', { ref: 'one' });
    const moved = await enter(there);
    const sayAgain = (ref: string, saidMs: number): void =>
      say(moved, { kind: 'send', ref, name: 'chat', data: 'hello', clientId: null, saidMs });
    sayAgain('one', 2_000);
    there.bus.become({ state: 'connected' });
    sayAgain('one', 2_000);
    // What is said for the first time it takes all the while.
    send(moved, 'hello', { ref: 'two' });
    wait(5_000);
    sayAgain('three', 3_000);
    const answers = noticesOf(moved).map((notice) => (notice.kind === 'refused' ? notice.code : notice.kind));
    expect(answers).toEqual(['maybe-taken', 'maybe-taken', 'taken', 'taken']);
  });

  it('[G3] who comes back to a node that was cut off meanwhile is told that nobody knows what they missed', async () => {
    const { start, enter, meet, wait } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    /** @returns somebody who has heard what they had */
    const comeBack = async (left: Page, awayMs: number): Promise<Page> => {
      const back = await enter(here);
      listen(back, { ...pointOf(left), awayMs });
      return back;
    };
    const early = await comeBack(ada, 3_000);
    here.bus.become({ state: 'away', error: new BusError('unreachable', 'gone'), since: 0 });
    wait(5_000);
    const during = await comeBack(early, 3_000);
    const again = await comeBack(during, 3_000);
    // Of a node that opened it meanwhile, and closed it again, nobody hears any more.
    here.bus.become({ state: 'connected' });
    wait(5_000);
    const [late, after] = [await comeBack(during, 7_000), await comeBack(ada, 3_000)];
    expect([early, during, again, late, after].map(gapsOf)).toEqual([[], ['unknown'], ['unknown'], ['unknown'], []]);
  });

  it('[G3] who stays is told of a gap when another node opened the document, and took an event, while theirs was cut off', async () => {
    const { start, enter, deliver, wait } = stage();
    const [here, there] = [start(), start()];
    const ada = await enter(here);
    listen(ada);
    wait(5_000);
    here.bus.become({ state: 'away', error: new BusError('unreachable', 'gone'), since: 0 });
    const ben = await enter(there);
    send(ben, 'missed');
    // What is younger is told once more.
    wait(2_000);
    here.bus.become({ state: 'connected' });
    await until(
      () => {
        deliver();
        return gapsOf(ada).join() === 'lost';
      },
      { what: 'told of a gap' },
    );
    expect(textsOf(ada)).toEqual([]);
  });

  it('[G3] who stays is told how many a node took that nobody heard, and not of what was before they opened the document', async () => {
    const { start, enter, hears, deliver, wait } = stage();
    const [here, there, late] = [start(), start(), start()];
    const ada = await enter(here);
    listen(ada);
    wait(5_000);
    here.bus.become({ state: 'away', error: new BusError('unreachable', 'gone'), since: 0 });
    await createEvents(there.collaboration).send(PLAN, { name: 'chat', data: 'missed' });
    wait(5_000);
    const eve = await enter(late);
    listen(eve);
    here.bus.become({ state: 'connected' });
    const { heads, isAll } = there.collaboration.unheardEvents.takenWithin(10_000, 0);
    const now = systemClock.monotonicMs() + 10_000;
    for (const { collaboration } of [here, late, here]) {
      for (const { agoMs, ...head } of heads) collaboration.unheardEvents.reach({ ...head, takenAt: now - agoMs });
    }
    await createEvents(there.collaboration).send(PLAN, { name: 'chat', data: 'heard' });
    await hears(ada, 'heard');
    deliver();
    expect([isAll, gapsOf(ada), gapsOf(eve), textsOf(eve)]).toEqual([true, ['lost'], [], ['heard']]);
  });

  it('[G3] until others have been asked, what is heard of a node for the first time tells what was missed of it', async () => {
    const { start, enter, hears, wait } = stage();
    const [here, there] = [start(), start()];
    const ada = await enter(here);
    listen(ada);
    wait(5_000);
    here.bus.become({ state: 'away', error: new BusError('unreachable', 'gone'), since: 0 });
    await createEvents(there.collaboration).send(PLAN, { name: 'chat', data: 'missed' });
    here.bus.become({ state: 'connected' });
    const { unheardEvents } = here.collaboration;
    unheardEvents.missUntil(systemClock.monotonicMs() + 5_000);
    await new Promise((resolve) => setImmediate(resolve)); // it has found nobody in its room
    await createEvents(there.collaboration).send(PLAN, { name: 'chat', data: 'heard' });
    await hears(ada, 'heard');
    expect([unheardEvents.areOfConcern, gapsOf(ada)]).toEqual([true, ['lost']]);
  });

  it('[G3] who stays is told that nobody knows, and so is who comes back, when nobody can say any more what was taken', async () => {
    const { start, enter, meet, wait } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    const point = pointOf(ada);
    expect([...here.collaboration.unheardEvents.loseCount()]).toHaveLength(1);
    const early = await enter(here);
    listen(early, { ...point, awayMs: 3_000 });
    wait(5_000);
    const after = await enter(here);
    listen(after, { ...pointOf(early), awayMs: 3_000 });
    expect([ada, ben, early, after].map(gapsOf)).toEqual([['unknown'], [], ['unknown'], []]);
  });

  it('[R14] of a former life are not missed in the new one', async () => {
    const { start, enter } = stage();
    const node = start();
    await node.collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 'x'));
    const ada = await enter(node);
    listen(ada);
    const takenAt = systemClock.monotonicMs() + 1_000;
    node.collaboration.unheardEvents.reach({ life: `1-00000000000000aa/${PLAN}`, head: 'a.1', takenAt });
    node.collaboration.unheardEvents.reach({ life: `0-0000000000000000/other`, head: 'a.1', takenAt });
    expect(gapsOf(ada)).toEqual([]);
  });

  it('[R14] of a former life do not reach people of the new one, though another node has yet to hear of its end', async () => {
    const { start, enter, hears, deliver, meet } = stage();
    const [here, there] = [start(), start()];
    const write = (): Promise<void> =>
      here.collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 'x'));
    await write();
    await here.collaboration.delete(PLAN);
    await write();
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    send(ben, 'former');
    await createEvents(there.collaboration).send(PLAN, { name: 'chat', data: 'former too' });
    await until(
      () => {
        deliver();
        return gapsOf(ada).length === 2;
      },
      { what: 'the events of the former life are there' },
    );
    send(ada, 'new');
    await hears(ada, 'new');
    expect([textsOf(ben), gapsOf(ben)]).toEqual([['former', 'former too'], []]);
  });

  it('what was taken on one node is known on the others when it is sent again there', async () => {
    const { start, enter, hears, meet } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    await meet(ada, ben);
    send(ada, 'hello', { ref: 'one' });
    await hears(ben, 'hello');
    const again = await enter(there);
    send(again, 'hello', { ref: 'one' });
    expect(noticesOf(again)).toMatchObject([{ kind: 'taken', ref: 'one', id: eventsOf(ada)[0]?.id }]);
    await hears(ada, 'hello');
  });
});
