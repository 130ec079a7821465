import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { away, connected, setRoomsStage } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { PART_PATIENCE_MS } from './heard-parts.ts';
import { decodeRoomMessage, encodeRoomMessage } from './room-message.ts';
import { cutIntoParts, MOST_STATELESS_CHARACTERS, PART_CHARACTERS } from './stateless-parts.ts';

const { stage, end } = setRoomsStage();
afterEach(end);

/** Of the smallest message that is told in parts. */
const PARTS = MOST_STATELESS_CHARACTERS / PART_CHARACTERS + 1;
const large = (name: string, parts = PARTS): string => name.repeat((parts - 1) * PART_CHARACTERS + 1);
/** Texts of megabytes are not to be shown when something is wrong with them. */
const brief = (heard: readonly string[]): string[] =>
  heard.map((each) => (each.length < 100 ? each : `${each.slice(0, 6)}… ${each.length - 'says '.length}`));
const sizeOf = (payload: string): string => `says ${payload[0]}… ${payload.length}`;

async function pair() {
  const opened = stage();
  const [one, two] = [opened.start(), opened.start()];
  const [ada, ben] = [await opened.join(one), await opened.join(two)];
  await opened.settle();
  ben.sheet.take();
  return { ...opened, one, two, ada, ben };
}

/** What this node tells is heard at once, and that it was is known a round trip later. @returns how many bytes those were */
function answerLater({ bus }: Awaited<ReturnType<typeof pair>>['one']): () => number {
  const waiting: { readonly bytes: number; answer(): void }[] = [];
  const tell = bus.tell.bind(bus);
  bus.tell = async (channel, message) => {
    const heardBy = tell(channel, message);
    await new Promise<void>((answer) => waiting.push({ bytes: message.length, answer }));
    return heardBy;
  };
  return () => {
    let sum = 0;
    for (const { bytes, answer } of waiting.splice(0)) {
      sum += bytes;
      answer();
    }
    return sum;
  };
}

describe('what is cut into parts', () => {
  it('is whole again when they are put together, and no character is cut through', () => {
    for (const payload of [large('x'), `x${large('🔔')}`, 'x'.repeat(2 * MOST_STATELESS_CHARACTERS)]) {
      const texts = cutIntoParts(payload);
      expect(texts.join('') === payload).toBe(true);
      expect(texts.every((text) => text.isWellFormed() && text.length <= PART_CHARACTERS)).toBe(true);
    }
  });
});

describe('between nodes', () => {
  it('a large stateless message is heard by other nodes whole, and in its order among those of its room', async () => {
    const { ada, ben, settle, underway, turn } = await pair();
    ada.link.relay('x'.repeat(MOST_STATELESS_CHARACTERS));
    await turn();
    expect(new Set(underway())).toEqual(new Set(['stateless'])); // as it was written by the release before
    await settle();
    ben.sheet.take();
    const [first, second] = [large('a'), large('b', PARTS + 1)];
    for (const payload of ['one', first, 'two', second, 'three']) ada.link.relay(payload);
    await settle();
    expect(brief(ben.sheet.take())).toEqual(['says one', sizeOf(first), 'says two', sizeOf(second), 'says three']);
    expect(ada.sheet.take().filter((heard) => heard.startsWith('says'))).toEqual([]);
  });

  it('[G7] a large stateless message holds up nothing else that its node tells: one part is on its way at a time, of all rooms', async () => {
    const { ada, ben, join, one, settle, two } = await pair();
    const [here, there] = [await join(one, 'notes'), await join(two, 'notes')];
    await settle();
    for (const { sheet } of [ben, there]) sheet.take();
    let waiting = 0;
    let most = 0;
    const { tell } = one.bus;
    one.bus.tell = async (channel, message) => {
      waiting += message.length;
      most = Math.max(most, waiting);
      const heardBy = await tell.call(one.bus, channel, message);
      await new Promise((resolve) => setImmediate(resolve));
      waiting -= message.length;
      return heardBy;
    };
    // As many bytes as characters may have.
    const names = ['あ', 'い'];
    for (const { link } of [ada, here]) for (const name of names) link.relay(large(name));
    ada.link.tell(bytes('ada moves'));
    for (let part = 0; part < 5 * PARTS; part += 1) await settle();
    const whole = names.map((name) => sizeOf(large(name)));
    expect(brief(ben.sheet.take())).toEqual(['1 changes ada moves', ...whole]);
    expect(brief(there.sheet.take())).toEqual(whole);
    // Less than three and a half seconds on a line of half a megabit a second.
    expect(most).toBeLessThan(3.5 * 64_000);
  });

  it('small stateless messages that waited behind a large one are told together, and not one with each round trip', async () => {
    const { ada, ben, one, settle } = await pair();
    const roundTrip = answerLater(one);
    ada.link.relay(large('a'));
    const words = Array.from({ length: 1_000 }, (_, index) => `word ${index}`);
    for (const word of words) ada.link.relay(word);
    for (let trip = 0; trip < PARTS + 10; trip += 1) {
      await settle();
      roundTrip();
    }
    await settle();
    expect(brief(ben.sheet.take())).toEqual([sizeOf(large('a')), ...words.map((word) => `says ${word}`)]);
  });

  it('[G4] of what waited behind a large stateless message only so much is told at once that the bus drops none of it', async () => {
    const { ada, ben, one, settle } = await pair();
    const roundTrip = answerLater(one);
    const mebibyte = 'm'.repeat(MOST_STATELESS_CHARACTERS);
    for (const payload of [large('a'), ...Array<string>(8).fill(mebibyte)]) ada.link.relay(payload);
    let most = 0;
    for (let part = 0; part < PARTS + 8; part += 1) {
      await settle();
      most = Math.max(most, roundTrip());
    }
    await settle();
    expect(brief(ben.sheet.take())).toEqual([sizeOf(large('a')), ...Array<string>(8).fill(sizeOf(mebibyte))]);
    expect(most).toBeLessThan(2.5 * MOST_STATELESS_CHARACTERS);
  });

  it('[G4] of what waits behind large stateless messages in several rooms no more is told at once than one room may', async () => {
    const { ada, ben, join, one, settle, two } = await pair();
    const others = [];
    for (const document of ['b', 'c', 'd', 'e', 'f', 'g'])
      others.push(await join(one, document), await join(two, document));
    await settle();
    ben.sheet.take();
    const roundTrip = answerLater(one);
    const half = 'h'.repeat(MOST_STATELESS_CHARACTERS / 2);
    const tellers = [ada, ...others.filter((_person, index) => index % 2 === 0)];
    for (const { link } of tellers) for (const payload of [large('a'), half, half, half]) link.relay(payload);
    let most = 0;
    for (let trip = 0; trip < tellers.length * (PARTS + 6); trip += 1) {
      await settle();
      most = Math.max(most, roundTrip());
    }
    expect(brief(ben.sheet.take())).toEqual([sizeOf(large('a')), sizeOf(half), sizeOf(half), sizeOf(half)]);
    expect(most).toBeLessThan(MOST_STATELESS_CHARACTERS);
  });

  it('small stateless messages behind a large one do not wait for those of other rooms, and large ones take turns', async () => {
    const { ada, ben, join, one, settle, turn, two, underway } = await pair();
    const [here, there] = [await join(one, 'notes'), await join(two, 'notes')];
    await settle();
    for (const { sheet } of [ben, there]) sheet.take();
    const roundTrip = answerLater(one);
    ada.link.relay(large('a'));
    here.link.relay(large('b'));
    for (const payload of ['small', large('c'), 'last']) ada.link.relay(payload);
    for (let part = 0; part < PARTS; part += 1) {
      await settle();
      roundTrip();
    }
    await turn();
    expect(new Set(underway())).toEqual(new Set(['stateless']));
    await settle();
    roundTrip();
    await turn();
    expect(new Set(underway())).toEqual(new Set(['part']));
    await settle();
    expect(brief(ben.sheet.take())).toEqual([sizeOf(large('a')), 'says small']);
    for (let part = 0; part < PARTS; part += 1) {
      roundTrip();
      await settle();
    }
    expect(brief(there.sheet.take())).toEqual([sizeOf(large('b'))]);
    expect(brief(ben.sheet.take())).toEqual([]);
    for (let part = 0; part < PARTS; part += 1) {
      roundTrip();
      await settle();
    }
    expect(brief(ben.sheet.take())).toEqual([sizeOf(large('c')), 'says last']);
  });

  it('a large stateless message of which a part was lost is not heard, and nothing of it is kept once something else is', async () => {
    for (const lost of [0, 1, PARTS - 1]) {
      const { ada, ben, post, settle, turn } = await pair();
      ada.link.relay(large('a'));
      while (post.letters.length < 2 * PARTS) await turn();
      const toBen = post.letters.filter(({ to }) => to !== post.letters[0]?.to);
      post.letters.splice(0, 2 * PARTS, ...toBen.filter((_letter, index) => index !== lost));
      await settle();
      ada.link.relay('small');
      ada.link.relay(large('b'));
      await settle();
      expect(brief(ben.sheet.take()).filter((heard) => heard.startsWith('says'))).toEqual([
        'says small',
        sizeOf(large('b')),
      ]);
    }
  });

  it('[G4] a large stateless message whose rest does not come is let go of after a while, with its node, and with the document', async () => {
    const { ada, ben, clock, one, post, settle, turn, two } = await pair();
    const tellHalf = async (): Promise<void> => {
      ada.link.relay(large('a'));
      while (post.letters.length < 2 * PARTS) await turn();
      post.letters.splice(2);
      await settle();
    };
    const before = clock.pending;
    await tellHalf();
    expect(clock.pending).toBe(before + 1);
    await ada.link.tell(bytes('ada'));
    clock.advance(PART_PATIENCE_MS);
    await settle();
    await tellHalf();
    two.rooms.lose(one.incarnation);
    one.rooms.lose(two.incarnation);
    one.rooms.close();
    two.rooms.close();
    await settle();
    expect(clock.pending).toBe(0);
    expect(ben.sheet.take().filter((heard) => heard.startsWith('says'))).toEqual([]);
  });

  it('a large stateless message is told no further when the bus is away, or its room is closed', async () => {
    const { ada, ben, one, settle, underway, turn } = await pair();
    ada.link.relay(large('a'));
    one.bus.become(away);
    await settle();
    one.bus.become(connected);
    await settle();
    ada.link.relay('small');
    await settle();
    ada.link.relay(large('b'));
    ada.link.leave();
    await turn();
    expect(underway().filter((kind) => kind === 'part').length).toBeLessThanOrEqual(2);
    await settle();
    expect(brief(ben.sheet.take()).filter((heard) => heard.startsWith('says'))).toEqual(['says small']);
  });

  it('[G4] a large stateless message waits only with so many others, and it is said when one was left out', async () => {
    const { ada, ben, one, settle } = await pair();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) ada.link.relay(large(name, 16 * 16));
    expect(one.counted.waiting).toBe(4 * large('a', 16 * 16).length);
    for (let part = 0; part < 80; part += 1) await settle();
    expect(brief(ben.sheet.take()).length).toBe(4);
    expect(one.log.map(({ msg }) => msg)).toEqual([
      'stateless messages are broadcast faster than other nodes can be told: one was left out',
    ]);
    expect(one.counted).toMatchObject({ waiting: 0, dropped: 1 });
  }, 60_000);

  it('[G4] a large stateless message is put together only with so many others, and no larger than it may be here', async () => {
    const { ben, post, settle, two } = await pair();
    const listening = [...post.listening].find(({ by }) => by === two.bus);
    const text = 'x'.repeat(MOST_STATELESS_CHARACTERS);
    const say = (node: number, number: number, index: number, count: number): void =>
      listening?.hear(
        encodeRoomMessage({
          from: `ffffffffffffff${node.toString(16).padStart(2, '0')}`,
          life: 1,
          number,
          said: { kind: 'part', of: 1, index, count, text },
        }),
      );
    for (let index = 0; index < 17; index += 1) say(0, index + 1, index, 17);
    expect(two.log.map(({ msg }) => msg)).toEqual([
      'a stateless message of another node is larger than limits.maxUnsentBytes is here: set the same on all nodes',
    ]);
    for (let index = 0; index < 16; index += 1)
      for (let node = 1; node <= 5; node += 1) say(node, index + 1, index, 16);
    expect(ben.sheet.take().filter((heard) => heard.startsWith('says')).length).toBe(4);
    expect(two.log[1]?.msg).toBe(
      'more large stateless messages of other nodes come at once than there is room for: one was left out',
    );
    await settle();
  }, 60_000);

  it('[G4] a large stateless message that is damaged on its way throws nothing, and of it no more is heard than was told', async () => {
    const { ada, ben, post, turn } = await pair();
    ada.link.relay(large('a'));
    while (post.letters.length < 2 * PARTS) await turn();
    const [listening] = post.letters.slice(1).map(({ to }) => to);
    const messages = post.letters.filter(({ to }) => to === listening).map(({ message }) => message);
    post.letters.length = 0;
    // Few parts of a few words here: what is damaged is what stands before them.
    const small = messages.slice(0, 3).map((message) => {
      const { said, ...rest } = decodeRoomMessage(message);
      if (said.kind !== 'part') throw new Error('parts are told');
      return encodeRoomMessage({ ...rest, said: { ...said, count: 3, text: said.text.slice(0, 10) } });
    });
    const whole = `says ${'a'.repeat(30)}`;
    fc.assert(
      fc.property(
        fc.array(fc.record({ which: fc.nat(2), at: fc.nat(40), to: fc.nat(255) }), { maxLength: 12 }),
        (damages) => {
          for (const { at, to, which } of damages) {
            const message = Uint8Array.from(small[which] ?? []);
            message[at % message.length] = to;
            listening?.hear(message);
          }
          const heard = ben.sheet.take().filter((each) => each.startsWith('says'));
          expect(heard.filter((each) => each.length > whole.length)).toEqual([]);
        },
      ),
    );
  });
});
