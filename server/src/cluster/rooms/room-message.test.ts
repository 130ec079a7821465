import { FrameError } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRoomMessage, encodeRoomMessage, MOST_ANSWERS, type Said } from './room-message.ts';
import { MOST_STATELESS_PARTS } from './stateless-parts.ts';

const number = fc.integer({ min: 0, max: 2 ** 47 });
const incarnation = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((id) => Buffer.from(id).toString('hex'));
const presence = fc.uint8Array({ maxLength: 50 });
const text = fc.string({ unit: 'binary' }).map((each) => each.toWellFormed());
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant('hello' as const), question: number, to: fc.option(incarnation) }),
  fc.record({
    kind: fc.constant('here' as const),
    answers: fc.array(number, { maxLength: MOST_ANSWERS }),
    presence,
    eventsHead: text,
  }),
  fc.record({
    kind: fc.constant('event' as const),
    event: fc.record({ id: text, key: text, time: number, payload: text }),
    epoch: text,
  }),
  fc.record({
    kind: fc.constant('keys' as const),
    epoch: text,
    keys: fc.array(fc.record({ id: text, key: text, time: number }), { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('change' as const), presence }),
  fc.record({
    kind: fc.constant('stateless' as const),
    payload: text,
  }),
  fc
    .tuple(
      number,
      fc.integer({ min: 0, max: MOST_STATELESS_PARTS - 1 }),
      fc.integer({ min: 1, max: MOST_STATELESS_PARTS }),
      text,
    )
    .filter(([, index, count]) => index < count)
    .map(([of, index, count, each]) => ({ kind: 'part' as const, of, index, count, text: each })),
  fc.constant({ kind: 'pulse' as const }),
  fc.constant({ kind: 'rest' as const }),
  fc.constant({ kind: 'bye' as const }),
);
const message = fc.record({ from: incarnation, life: number, number, said });

describe('what is said in a room', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(message, (each) => {
        expect(decodeRoomMessage(encodeRoomMessage(each))).toEqual(each);
      }),
    );
  });

  it('[G4] is refused when any of it is missing, and by nothing else than a FrameError', () => {
    fc.assert(
      fc.property(message, fc.nat(), (each, cut) => {
        const { said } = each;
        // What is appended may be missing.
        fc.pre(said.kind !== 'rest');
        const bytes = encodeRoomMessage({ ...each, said: said.kind === 'event' ? { ...said, epoch: '' } : said });
        expect(() => decodeRoomMessage(bytes.slice(0, cut % bytes.length))).toThrow(FrameError);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          decodeRoomMessage(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });

  it('[G4] that is a part of no message, or of one with more parts than any has, is refused', () => {
    const write = (index: number, count: number): Uint8Array =>
      encodeRoomMessage({
        from: '0123456789abcdef',
        life: 1,
        number: 2,
        said: { kind: 'part', of: 1, index, count, text: '' },
      });
    for (const [index, count] of [
      [0, 0],
      [2, 2],
      [0, MOST_STATELESS_PARTS + 1],
    ] as const)
      expect(() => decodeRoomMessage(write(index, count))).toThrow(FrameError);
    expect(decodeRoomMessage(write(MOST_STATELESS_PARTS - 1, MOST_STATELESS_PARTS)).said.kind).toBe('part');
  });

  it('[G7] of a later release is read without what that has appended', () => {
    fc.assert(
      fc.property(message, presence, (each, appended) => {
        // Of an event of the first life what stands next is known by now, and so it is of a pulse.
        fc.pre(each.said.kind !== 'event' || each.said.epoch !== '');
        const known = each.said.kind === 'pulse' ? [0] : [];
        expect(decodeRoomMessage(Uint8Array.of(...encodeRoomMessage(each), ...known, ...appended))).toEqual(each);
      }),
    );
  });

  it('[G7] of a kind that only a later release knows is still somebody’s, and has its number', () => {
    fc.assert(
      fc.property(message, presence, (each, body) => {
        const header = encodeRoomMessage({ ...each, said: { kind: 'pulse' } });
        const later = Uint8Array.of(...header, ...body);
        later[1] = 99;
        expect(decodeRoomMessage(later)).toEqual({ ...each, said: { kind: 'unknown' } });
      }),
    );
  });

  it('[G7] is written so that the release before reads it', () => {
    const from = '0123456789abcdef';
    const hex = (each: Said): string =>
      Buffer.from(encodeRoomMessage({ from, life: 1, number: 2, said: each })).toString('hex');
    const event = { id: 'a.1', key: 'k', time: 3, payload: 'wave' };
    expect([
      hex({ kind: 'hello', question: 5, to: null }),
      hex({ kind: 'here', answers: [5], presence: Uint8Array.of(7), eventsHead: 'a.1' }),
      hex({ kind: 'event', event, epoch: '' }),
      hex({ kind: 'pulse' }),
      // With something that it reads past.
      hex({ kind: 'rest' }),
    ]).toEqual([
      '0100080123456789abcdef01020500',
      '0101080123456789abcdef01020105010703612e31',
      '0106080123456789abcdef010203612e31016b030477617665',
      '0104080123456789abcdef0102',
      '0104080123456789abcdef010201',
    ]);
  });

  it('a small change takes a few bytes more than what it says', () => {
    const bytes = encodeRoomMessage({
      from: 'ffffffffffffffff',
      life: 1_000,
      number: 100_000,
      said: { kind: 'change', presence: new Uint8Array(100) },
    });
    expect(bytes.length).toBeLessThanOrEqual(100 + 17);
  });
});
