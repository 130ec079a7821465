import { FrameError } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTally, encodeTally } from './tally.ts';

const incarnation = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((id) => Buffer.from(id).toString('hex'));
const digest = fc
  .constantFrom(1, 2, 4, 8, 16)
  .chain((parts) => fc.uint8Array({ minLength: 8 * parts, maxLength: 8 * parts }));
const tally = fc.record({
  from: incarnation,
  number: fc.integer({ min: 0, max: 2 ** 47 }),
  digests: fc.array(fc.tuple(incarnation, digest), { maxLength: 5 }).map((each) => new Map(each)),
});

describe('a tally', () => {
  it('is read as it was written, and without what a later release appends', () => {
    fc.assert(
      fc.property(tally, fc.uint8Array({ maxLength: 9 }), (each, appended) => {
        expect(decodeTally(Uint8Array.of(...encodeTally(each), ...appended))).toEqual(each);
      }),
    );
  });

  it('[G4] is refused when any of it is missing, and by nothing else than a FrameError', () => {
    fc.assert(
      fc.property(tally, fc.nat(), (each, cut) => {
        const bytes = encodeTally(each);
        expect(() => decodeTally(bytes.slice(0, cut % bytes.length))).toThrow(FrameError);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          decodeTally(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });

  it.each([0, 7, 24, 256])('is refused with a digest of %i bytes', (length) => {
    const from = '00000000000000a1';
    const bytes = encodeTally({ from, number: 1, digests: new Map([[from, new Uint8Array(length)]]) });
    expect(() => decodeTally(bytes)).toThrow(FrameError);
  });
});
