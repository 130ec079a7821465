import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differingParts, MOST_DIGEST_PARTS, partOf, RoomsDigest, roomKeyOf, type Standing } from './rooms-digest.ts';

const standing = fc.record({ life: fc.nat(), restsAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 47 })) });
const rooms = fc.dictionary(fc.string(), standing);

function digestOf(each: Readonly<Record<string, Standing>>, parts?: number): Uint8Array {
  const digest = new RoomsDigest();
  for (const [document, now] of Object.entries(each)) digest.move(roomKeyOf(document), null, now);
  return digest.read(parts);
}

describe('the digest of the rooms that nodes share', () => {
  it('is the same whatever came before, and in whatever order', () => {
    fc.assert(
      fc.property(rooms, standing, (each, before) => {
        const digest = new RoomsDigest();
        const documents = Object.keys(each);
        for (const document of documents) digest.move(roomKeyOf(document), null, before);
        digest.move(roomKeyOf('another'), null, before);
        for (const document of documents.reverse()) digest.move(roomKeyOf(document), before, each[document] ?? null);
        digest.move(roomKeyOf('another'), before, null);
        expect(digest.read()).toEqual(digestOf(each));
        expect(digest.isEmpty).toBe(documents.length === 0);
      }),
    );
  });

  it('is another one when a node stands otherwise in any room, in the part of that', () => {
    fc.assert(
      fc.property(
        rooms,
        fc.string(),
        standing,
        standing,
        fc.constantFrom(1, 4, MOST_DIGEST_PARTS),
        (each, document, ...rest) => {
          const [one, other, parts] = rest;
          fc.pre(one.life !== other.life || one.restsAt !== other.restsAt);
          const [first, second] = [one, other].map((now) => digestOf({ ...each, [document]: now }, parts));
          const part = partOf(roomKeyOf(document), parts);
          expect(differingParts(first ?? fail(), second ?? fail())).toEqual([part]);
        },
      ),
    );
  });

  it('has more parts the more rooms there are, of which each is one of as many others or several', () => {
    const digest = new RoomsDigest();
    const sizes = new Set<number>();
    for (let index = 0; index < 3_000; index += 1) {
      digest.move(roomKeyOf(`plan-${index}`), null, { life: index + 1, restsAt: 0 });
      sizes.add(digest.read().length / 8);
    }
    expect([...sizes]).toEqual([1, 2, 4, 8, MOST_DIGEST_PARTS]);
    const [whole, halves] = [digest.read(1), digest.read(2)];
    expect(whole).toEqual(halves.slice(0, 8).map((byte, index) => byte ^ (halves[8 + index] ?? 0)));
  });

  it('is no other for rooms that cancel each other out in a sum', () => {
    const states = [1, 2, 3, 4].map((life) => ({ life, restsAt: 5 - life }));
    const [a, b, c, d] = states.map((now) => digestOf({ plan: now }).join());
    expect(new Set([a, b, c, d]).size).toBe(4);
  });
});

function fail(): never {
  throw new Error('there is none');
}
