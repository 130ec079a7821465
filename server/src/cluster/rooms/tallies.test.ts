import { afterEach, describe, expect, it } from 'vitest';
import { away, connected, setRoomsStage } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { MOST_TRIES, PATIENCE_MS } from './inquiry.ts';
import { channelOf, PULSE_AFTER_MS, PULSE_EVERY, TALLIES_CHANNEL } from './rooms.ts';
import { MOST_DIGEST_PARTS, partOf, roomKeyOf } from './rooms-digest.ts';
import { TALLY_EVERY_MS } from './tallies.ts';
import { decodeTally, encodeTally, type Tally } from './tally.ts';

/** All that was said has been pulsed for the last time, and all have told tallies. */
const AT_REST_MS = 20_000;
const NOTICED_MS = 2 * TALLY_EVERY_MS;
const GIVEN_UP_MS = (MOST_TRIES + 1) * PATIENCE_MS;
const MINUTE_MS = 60_000;

const { stage: openStage, end } = setRoomsStage();
afterEach(end);

type Node = ReturnType<ReturnType<typeof openStage>['start']>;

/** As of the release before tallies: it tells none and hears none. */
function withoutTallies(node: Node): Node {
  const { bus } = node;
  const [tell, listen] = [bus.tell.bind(bus), bus.listen.bind(bus)];
  bus.tell = async (channel, message) => (channel === TALLIES_CHANNEL ? 0 : tell(channel, message));
  bus.listen = async (channel, hear) => (channel === TALLIES_CHANNEL ? () => {} : listen(channel, hear));
  return node;
}

/** In each part of its tallies stands always another document that others have opened or closed, and it has not heard that yet. */
function withChurn(node: Node): Node {
  const { bus } = node;
  const tell = bus.tell.bind(bus);
  bus.tell = async (channel, message) => {
    if (channel !== TALLIES_CHANNEL) return tell(channel, message);
    const { digests, ...rest } = decodeTally(message);
    for (const digest of digests.values()) {
      for (let part = 0; part < digest.length; part += 8)
        digest[part] = (digest[part] ?? 0) ^ (1 + (rest.number % 255));
    }
    return tell(channel, encodeTally({ ...rest, digests }));
  };
  return node;
}

/** Two nodes, and what they say in rooms and of all rooms. */
function stage() {
  const parts = openStage();
  const { post } = parts;
  const asked = (node: Node): number => node.counted.tallies.filter((outcome) => outcome === 'asked').length;
  const hearTally = (tally: Tally | Uint8Array): void => {
    const message = tally instanceof Uint8Array ? tally : encodeTally(tally);
    for (const each of [...post.listening]) if (each.channel === TALLIES_CHANNEL) each.hear(message);
  };
  return { ...parts, asked, hearTally };
}

describe('nodes that tell tallies of the rooms that they share', () => {
  it('[G4] say as little whether they share one document in which nothing is said, or two hundred', async () => {
    const { join, pass, start } = stage();
    const [one, two] = [start(), start()];
    const share = async (index: number) => {
      await join(one, `plan-${index}`, 'ada');
      await join(two, `plan-${index}`, 'ben');
    };
    await share(0);
    await pass(AT_REST_MS);
    const ofOne = await pass(MINUTE_MS);
    for (let index = 1; index < 200; index += 1) await share(index);
    await pass(AT_REST_MS);
    const ofAll = await pass(MINUTE_MS);
    // By each of two, to both.
    expect([ofOne, ofAll]).toEqual(Array(2).fill((2 * 2 * MINUTE_MS) / TALLY_EVERY_MS));
  });

  it('[G7] notice a loss though all pulses that followed it got lost as well', async () => {
    const { asked, join, pass, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    await pass(AT_REST_MS);
    ben.sheet.take();
    ada.link.tell(bytes('ada moves'));
    await pass(AT_REST_MS, 'lost');
    expect(ben.sheet.take()).toEqual([]);
    await pass(NOTICED_MS);
    expect(ben.sheet.take()).toEqual(['1 is ada']);
    await pass(MINUTE_MS);
    expect([asked(one), asked(two)]).toEqual([0, 1]);
  });

  it('[G7] notice a goodbye that got lost with all that followed, also that of the last document', async () => {
    const { join, pass, start } = stage();
    const [one, two] = [start(), start()];
    const here = [await join(one, 'plan', 'ada'), await join(one, 'notes', 'ada')];
    const there = [await join(two, 'plan', 'ben'), await join(two, 'notes', 'ben')];
    await pass(AT_REST_MS);
    for (const [index, { link }] of there.entries()) {
      here[index]?.sheet.take();
      link.leave();
      await pass(AT_REST_MS, 'lost');
      await pass(NOTICED_MS + GIVEN_UP_MS);
      expect(here[index]?.sheet.take()).toEqual(['2 leaves']);
    }
    expect(here.map(({ link }) => link.isShared)).toEqual([false, false]);
  });

  it('[G7] find the one that gave up all others, and that they did not give up', async () => {
    const { join, pass, start, turn } = stage();
    const [one, two, three] = [start(), start(), start()];
    const ada = await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await join(three, 'plan', 'eve');
    await pass(AT_REST_MS);
    ada.sheet.take();
    const tell = one.bus.tell.bind(one.bus);
    // Nobody hears her, and she is told that nobody else listens.
    one.bus.tell = async () => 1;
    one.bus.become(away);
    one.bus.become(connected);
    await pass(GIVEN_UP_MS);
    expect(ada.sheet.take()).toEqual(expect.arrayContaining(['2 leaves', '3 leaves']));
    await pass(AT_REST_MS);
    one.bus.tell = tell;
    await turn();
    await pass(NOTICED_MS + PATIENCE_MS);
    expect(ada.sheet.take()).toEqual(expect.arrayContaining(['2 is ben', '3 is eve']));
  });

  it('ask nobody while people go on saying things, though tallies overtake or wait for what is said', async () => {
    const { asked, clock, join, post, settle, start, turn } = stage();
    const [one, two] = [start(), start()];
    const here = await Promise.all(Array.from({ length: 10 }, (_, index) => join(one, `plan-${index}`, 'ada')));
    const there = await Promise.all(Array.from({ length: 10 }, (_, index) => join(two, `plan-${index}`, 'ben')));
    await settle();
    for (let second = 0; second < 120; second += 1) {
      for (const { link } of [...here, ...there]) link.tell(bytes('moves'));
      clock.advance(1_000);
      await turn();
      const isTally = post.letters.map(({ to }) => to.channel === TALLIES_CHANNEL);
      // On another line than the rest, which is faster now, and now slower.
      const first = second % 2 === 0;
      const letters = [...post.letters];
      const inOrder = [first, !first].flatMap((which) => letters.filter((_, index) => isTally[index] === which));
      post.letters.splice(0, post.letters.length, ...inOrder);
      while (post.deliver());
      await turn();
      while (post.deliver());
    }
    expect([asked(one), asked(two)]).toEqual([0, 0]);
    expect(one.counted.tallies.filter((outcome) => outcome === 'same').length).toBeGreaterThan(5);
  });

  it('ask nobody on account of one that differs from what is known for a moment', async () => {
    const { asked, join, pass, post, start, turn } = stage();
    const [one, two] = [start(), start()];
    await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await pass(AT_REST_MS);
    const other = await join(one, 'notes', 'ada');
    await join(two, 'notes', 'ben');
    await pass(AT_REST_MS);
    other.link.leave();
    await turn();
    const goodbyes = post.letters.splice(0);
    await pass(TALLY_EVERY_MS);
    post.letters.push(...goodbyes);
    await pass(MINUTE_MS);
    expect(two.counted.tallies).toContain('different');
    expect([asked(one), asked(two)]).toEqual([0, 0]);
  });

  it('[G4] ask in those of a thousand documents alone among which something got lost, a few at a time', async () => {
    const { clock, join, pass, post, start, turn, underway } = stage();
    const [one, two] = [start(), start()];
    const here: Awaited<ReturnType<typeof join>>[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      here.push(await join(one, `plan-${index}`));
      await join(two, `plan-${index}`);
    }
    await pass(AT_REST_MS);
    here[17]?.link.tell(bytes('moves'));
    await pass(AT_REST_MS, 'lost');
    let [asked, most] = [0, 0];
    for (let passedMs = 0; passedMs < NOTICED_MS; passedMs += 10) {
      clock.advance(10);
      await turn();
      const questions = underway().filter((kind) => kind === 'hello').length / 2;
      asked += questions;
      most = Math.max(most, questions);
      while (post.deliver());
    }
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan((2 * 1_000) / MOST_DIGEST_PARTS);
    expect(most).toBeLessThanOrEqual(20);
  });

  it('[G4] ask in a few of a thousand documents at a time though others are opened and closed all the time, and find a loss in its turn', async () => {
    const { asked, clock, join, pass, post, start, turn, underway } = stage();
    const [one, two] = [withChurn(start()), start()];
    const here: Awaited<ReturnType<typeof join>>[] = [];
    const there: Awaited<ReturnType<typeof join>>[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      here.push(await join(one, `plan-${index}`, 'ada'));
      there.push(await join(two, `plan-${index}`));
    }
    await pass(AT_REST_MS);
    // Of those that have their turn last.
    const last = here.findIndex(
      (_, index) => partOf(roomKeyOf(`plan-${index}`), MOST_DIGEST_PARTS) === MOST_DIGEST_PARTS - 1,
    );
    const channel = channelOf(`plan-${last}`);
    const tally = async (isLost: boolean): Promise<number> => {
      let questions = 0;
      for (let passedMs = 0; passedMs < TALLY_EVERY_MS; passedMs += 100) {
        clock.advance(100);
        await turn();
        questions += underway().filter((kind) => kind === 'hello').length / 2;
        const arriving = post.letters.filter(({ to }) => !isLost || to.channel !== channel);
        post.letters.splice(0, post.letters.length, ...arriving);
        while (post.deliver());
      }
      return questions;
    };
    here[last]?.link.tell(bytes('moves'));
    await tally(true);
    await tally(true);
    for (const { sheet } of there) sheet.take();
    const turns = MOST_DIGEST_PARTS / 2;
    for (let told = 0; told < turns; told += 1) expect(await tally(false)).toBeLessThan((1.5 * 1_000) / turns);
    expect(asked(two)).toBeGreaterThanOrEqual(turns);
    const heard = there.map(({ sheet }) => sheet.take());
    expect(heard[last]).toEqual(['1 is ada']);
    expect(heard.every((each) => each.length > 0)).toBe(true);
  }, 30_000);

  it('[G7] go on with pulses where one of an earlier release is there, which tells none, until it has left', async () => {
    const { join, pass, start } = stage();
    const [one, two] = [start(), start()];
    const old = withoutTallies(start());
    const ada = await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    const eve = await join(old, 'plan', 'eve');
    await pass(AT_REST_MS);
    // Of two nodes tallies, to these alone, and pulses of all three.
    const pulsed = (MINUTE_MS / (PULSE_EVERY * PULSE_AFTER_MS)) * 3 * 3;
    const tallied = (MINUTE_MS / TALLY_EVERY_MS) * 2 * 2;
    expect(await pass(MINUTE_MS)).toBe(pulsed + tallied);
    expect(old.counted.strange).toEqual([]);
    ada.link.tell(bytes('ada moves'));
    eve.sheet.take();
    await pass(MINUTE_MS, 'lost');
    await pass(PULSE_EVERY * PULSE_AFTER_MS);
    expect(eve.sheet.take()).toEqual(['1 is ada']);
    eve.link.leave();
    await pass(PULSE_EVERY * PULSE_AFTER_MS);
    expect(await pass(MINUTE_MS)).toBe(tallied);
  });

  it('[G7] do not hear those of a node that was lost, which notices that by theirs, and is shown again', async () => {
    const { join, pass, settle, start } = stage();
    const [one, two] = [start(), start()];
    const ada = await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await pass(AT_REST_MS);
    one.rooms.lose(two.incarnation);
    ada.sheet.take();
    const before = one.counted.tallies.filter((outcome) => outcome !== 'told').length;
    await pass(TALLY_EVERY_MS);
    expect(one.counted.tallies.filter((outcome) => outcome !== 'told').length).toBe(before);
    await pass(TALLY_EVERY_MS);
    await settle();
    // What it is told of this node differs there: it asks.
    expect(ada.sheet.take().at(-1)).toBe('2 is ben');
  });

  it('[G7] let two nodes find each other again that each took the other for lost, though nobody seeks them', async () => {
    const { asked, join, pass, start } = stage();
    const [one, two, three] = [start(), start(), start()];
    const ada = await join(one, 'plan', 'ada');
    const ben = await join(two, 'plan', 'ben');
    const eve = await join(three, 'plan', 'eve');
    await pass(AT_REST_MS);
    one.rooms.lose(two.incarnation);
    two.rooms.lose(one.incarnation);
    for (const { sheet } of [ada, ben, eve]) sheet.take();
    await pass(NOTICED_MS + PATIENCE_MS);
    expect(ada.sheet.take()).toContain('2 is ben');
    expect(ben.sheet.take()).toContain('1 is ada');
    await pass(AT_REST_MS);
    expect(await pass(MINUTE_MS)).toBe((MINUTE_MS / TALLY_EVERY_MS) * 3 * 3);
    expect([one, two, three].map(asked)).toEqual([0, 0, 0]);
  });

  it('count those that are damaged or of another version, and pass over old ones and their own', async () => {
    const { hearTally, join, pass, start } = stage();
    const [one, two] = [start(), start()];
    await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await pass(AT_REST_MS);
    const digests = new Map([[one.incarnation, new Uint8Array(8)]]);
    const sound = encodeTally({ from: two.incarnation, number: 1_000, digests });
    const strange = [
      new Uint8Array(0),
      sound.slice(0, -1),
      Uint8Array.of(9, ...sound.slice(1)),
      Uint8Array.of(1, 0, 1),
    ];
    for (const each of strange) hearTally(each);
    expect(one.counted.strange).toEqual(strange.map(() => 'damaged'));
    expect(one.log.map(({ msg }) => msg)).toEqual(['what another node said is not understood']);
    const before = one.counted.tallies.length;
    hearTally({ from: one.incarnation, number: 1_000, digests });
    hearTally({ from: two.incarnation, number: 1, digests });
    expect(one.counted.tallies.length).toBe(before);
    // What a later release appends is read past.
    hearTally(Uint8Array.of(...sound, 1, 2, 3));
    expect(one.counted.tallies.slice(before)).toEqual(['different']);
  });

  it('compare one in more parts than the one before, or in fewer, with that', async () => {
    const { asked, hearTally, join, pass, start } = stage();
    const [one, two] = [start(), start()];
    await join(one, 'plan', 'ada');
    await join(two, 'plan', 'ben');
    await pass(AT_REST_MS);
    const differingIn = (number: number, parts: number, part: number): Tally => {
      const digest = new Uint8Array(8 * parts);
      digest[8 * part] = 1;
      return { from: 'ffffffffffffffff', number, digests: new Map([[one.incarnation, digest]]) };
    };
    hearTally(differingIn(1, 4, 1));
    hearTally(differingIn(2, 2, 0));
    expect(asked(one)).toBe(0);
    hearTally(differingIn(3, 8, 6));
    expect(asked(one)).toBe(1);
    expect(two.counted.strange).toEqual([]);
  });
});
