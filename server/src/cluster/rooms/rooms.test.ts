import { afterEach, describe, expect, it } from 'vitest';
import { away, connected, eventOf, Sheet, setRoomsStage } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { ANSWER_AFTER_MS } from './room.ts';
import { decodeRoomMessage } from './room-message.ts';
import { channelOf, PULSE_AFTER_MS } from './rooms.ts';

const { stage, end } = setRoomsStage();
afterEach(end);

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
