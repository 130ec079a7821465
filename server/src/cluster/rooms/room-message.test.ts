import { FrameError } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRoomMessage, encodeRoomMessage, MOST_ANSWERS, type Said } from './room-message.ts';

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
  }),
  fc.record({ kind: fc.constant('change' as const), presence }),
  fc.record({
    kind: fc.constant('stateless' as const),
    payload: text,
  }),
  fc.constant({ kind: 'pulse' as const }),
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

  it('[G4] is refused when any of it is missing or too much, and by nothing else than a FrameError', () => {
    fc.assert(
      fc.property(message, fc.nat(), (each, cut) => {
        const bytes = encodeRoomMessage(each);
        expect(() => decodeRoomMessage(bytes.slice(0, cut % bytes.length))).toThrow(FrameError);
        expect(() => decodeRoomMessage(Uint8Array.of(...bytes, 0))).toThrow(FrameError);
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
