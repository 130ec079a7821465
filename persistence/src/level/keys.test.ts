import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EPOCH_COUNT } from '../check-entry.ts';
import { nameFault } from '../names.ts';
import {
  documentInNameKey,
  entryKey,
  idKey,
  KIND,
  keysUnder,
  lifeKey,
  livesBelow,
  nameKey,
  parseEntryKey,
  parseIdKey,
  parseRecentKey,
  recentKey,
  rowsOf,
  segmentKey,
} from './keys.ts';

const hexId = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const epoch = fc.record({ count: fc.integer({ min: 1, max: MAX_EPOCH_COUNT }), id: hexId });
const id = fc.record({ incarnation: hexId, sequence: fc.maxSafeNat().map((n) => Math.max(1, n)) });
const awkward = [
  'a',
  'a/b',
  'a\u{10ffff}',
  'constructor',
  '__proto__',
  'é'.repeat(256),
  '🦋',
  'ab',
  '\u00a0',
  '\ud7ff',
];
const name = fc
  .oneof(fc.constantFrom(...awkward), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
  .filter((text) => nameFault(text) === null);

describe('[R8] keys', () => {
  it('give back what went into them', () => {
    fc.assert(
      fc.property(name, epoch, id, fc.maxSafeNat(), (document, life, entry, edited) => {
        const key = entryKey(lifeKey(KIND.entry, document, life), entry);
        expect(parseEntryKey(key)).toEqual({ document, epoch: life, id: entry });
        expect(documentInNameKey(nameKey(KIND.row, document))).toBe(document);
        expect(parseIdKey(idKey(entry))).toEqual(entry);
        expect(parseRecentKey(recentKey(edited, document))).toEqual({ edited, document });
      }),
    );
  });

  it('differ whenever name, epoch or id differ', () => {
    const parts = fc.tuple(name, epoch, id);
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const keys = [a, b].map(([document, life, entry]) => entryKey(lifeKey(KIND.entry, document, life), entry));
        expect(same(keys)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('sort by name, then by epoch, then by id', () => {
    const shared = fc.constantFrom('a', 'a/b', 'b');
    const parts = fc.tuple(shared, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(fc.array(parts, { minLength: 2, maxLength: 20 }), (all) => {
        const zero = '0000000000000000';
        const keyed = all.map((part) => {
          const life = lifeKey(KIND.entry, part[0], { count: part[1], id: zero });
          return { part, key: entryKey(life, { incarnation: zero, sequence: part[2] }) };
        });
        const byKey = [...keyed].sort((a, b) => Buffer.compare(a.key, b.key)).map(({ part }) => part);
        const byPart = [...all].sort((a, b) => compareText(a[0], b[0]) || a[1] - b[1] || a[2] - b[2]);
        expect(byKey).toEqual(byPart);
      }),
    );
  });

  it('of one document never lie in the range of another', () => {
    fc.assert(
      fc.property(name, name, epoch, epoch, id, (mine, theirs, life, other, entry) => {
        fc.pre(mine !== theirs);
        const keys = [
          entryKey(lifeKey(KIND.entry, theirs, other), entry),
          segmentKey(theirs, other, 1),
          lifeKey(KIND.snapshot, theirs, other),
          nameKey(KIND.row, theirs),
          nameKey(KIND.reclaim, theirs),
          nameKey(KIND.tombstone, theirs),
        ];
        const ranges = [KIND.entry, KIND.segment, KIND.snapshot].flatMap((kind) => [
          keysUnder(lifeKey(kind, mine, life)),
          livesBelow(kind, mine, MAX_EPOCH_COUNT),
        ]);
        for (const key of keys) for (const range of ranges) expect(lies(key, range)).toBe(false);
      }),
    );
  });

  it('of a prefix are exactly the rows of the names that start with it', () => {
    fc.assert(
      fc.property(name, name, (prefix, document) => {
        expect(lies(nameKey(KIND.row, document), rowsOf(prefix))).toBe(document.startsWith(prefix));
        expect(lies(nameKey(KIND.row, document), rowsOf(''))).toBe(true);
      }),
    );
  });

  it('of lives below a count leave that count and all above it alone', () => {
    fc.assert(
      fc.property(name, epoch, fc.integer({ min: 1, max: MAX_EPOCH_COUNT }), (document, life, count) => {
        const key = segmentKey(document, life, 7);
        expect(lies(key, livesBelow(KIND.segment, document, count))).toBe(life.count < count);
      }),
    );
  });

  it('sort the last edited first', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const order = Buffer.compare(recentKey(a, 'same'), recentKey(b, 'same'));
        expect(order).toBe(Math.sign(b - a));
      }),
    );
  });
});

function same([a, b]: Uint8Array[]): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function lies(key: Uint8Array, { gte, lt }: { gte: Uint8Array; lt: Uint8Array }): boolean {
  return Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0;
}
