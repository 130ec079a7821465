import { afterEach, describe, expect, it } from 'vitest';
import { away, connected, eventOf, setRoomsStage } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { LONGEST_PATIENCE_MS, MOST_TRIES, PATIENCE_MS } from './inquiry.ts';
import { PULSE_AFTER_MS, PULSE_EVERY, TALLIES_CHANNEL } from './rooms.ts';

const { stage, end } = setRoomsStage();
afterEach(end);

describe('rooms whose words get lost', () => {
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

  it('[G4] what was said in many documents that nodes share is pulsed twice, a few at a time', async () => {
    const { clock, join, post, settle, start, turn } = stage();
    const [one, two] = [start(), start()];
    for (let index = 0; index < 200; index += 1) {
      await join(one, `plan-${index}`, 'ada');
      await join(two, `plan-${index}`, 'ben');
    }
    // Open on one node alone it costs nothing.
    for (let index = 0; index < 200; index += 1) await join(one, `other-${index}`, 'ada');
    await settle();
    let [told, most] = [0, 0];
    for (let passedMs = 0; passedMs < 60_000; passedMs += 10) {
      clock.advance(10);
      await turn();
      const letters = post.letters.filter(({ to }) => to.channel !== TALLIES_CHANNEL).length;
      told += letters;
      most = Math.max(most, letters);
      while (post.deliver());
    }
    // By each of two, to both.
    expect(told).toBe(2 * 200 * 2 * 2);
    expect(most).toBeLessThanOrEqual(20 * 2 * 2);
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
    expect(clock.pending).toBe(2 * 2); // the next pulse and the next tally of each
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
});
