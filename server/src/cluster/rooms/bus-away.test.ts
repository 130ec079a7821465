import { pino } from 'pino';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { away, connected, full, Sheet, setRoomsStage } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { BusError } from '../cluster-bus.ts';
import { ChannelListeners } from '../redis/channel-listeners.ts';
import { PATIENCE_MS } from './inquiry.ts';
import { ALONE_AFTER_MS, createRooms, type RoomsBus } from './rooms.ts';

const denied = { state: 'away', error: new BusError('denied', 'no such user'), since: 0 } as const;
const unsafe = { state: 'away', error: new BusError('unsafe', 'it can not save'), since: 0 } as const;

const { stage, end } = setRoomsStage();
afterEach(end);

describe('rooms without a bus', () => {
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
    const thirdSince = clock.monotonicMs();
    // It was heard all the time: nobody who comes back has missed anything.
    clock.advance(1_000);
    node.bus.become(connected);
    await settle();
    expect([...hearSince(), third.sheet.hearsEventsSince]).toEqual([openedAt + 1_000, openedAt + 1_000, thirdSince]);
  });

  it('[G3] after the bus was away what a node has taken of which nobody knew counts as missed', async () => {
    const { clock, join, settle, start } = stage();
    const [one, two, three] = [start(), start(), start()];
    const ada = await join(one);
    const ben = await join(two, 'plan', 'ben');
    const dora = await join(three, 'other');
    await settle();
    one.bus.become(away);
    clock.advance(ALONE_AFTER_MS);
    const carl = await join(three, 'plan', 'carl');
    for (const { sheet } of [ben, carl]) sheet.eventsHead = 'stream.1';
    await settle();
    ada.sheet.take();
    one.bus.become(connected);
    await settle();
    const eventsHeardBy = (sheet: Sheet) => sheet.take().filter((heard) => heard.includes('events'));
    expect(eventsHeardBy(ada.sheet)).toEqual(['counted events until stream.1', 'counted events until stream.1']);
    // Who opens a document while the bus is there has missed nothing.
    const late = await join(one, 'other');
    dora.sheet.eventsHead = 'stream.1';
    await settle();
    expect(eventsHeardBy(late.sheet)).toEqual(['events until stream.1']);
  });

  it('[G3] once all have answered after the bus was away, who comes later has taken nothing that was missed', async () => {
    const { join, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one);
    await join(two, 'plan', 'ben');
    await settle();
    one.bus.become(away);
    one.bus.become(connected);
    await settle();
    const dora = await join(start(), 'plan', 'dora');
    dora.sheet.eventsHead = 'stream.7';
    ada.sheet.take();
    await settle();
    expect(ada.sheet.take()).toContain('events until stream.7');
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
    onTestFinished(() => rooms.close());
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
});
