import { type Entry, FIRST_EPOCH } from '@quire/persistence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeEntries, encodeEntries, RecordError } from './entry-record.ts';

const hexId = fc.stringMatching(/^[0-9a-f]{16}$/);
const epoch = fc.record({ count: fc.integer({ min: 1, max: 0xffff_ffff }), id: hexId });
const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    id: fc.record({
      incarnation: fc.constantFrom('00000000000000aa', 'ffffffffffffffff'),
      sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 }),
    }),
    document: text,
    epoch,
    time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    updates: fc.array(fc.record({ author: text, update: bytes }), { maxLength: 3 }),
    title: text,
    buried: fc.record({ by: epoch, tombstone: bytes }),
  },
  { requiredKeys: ['id', 'document', 'epoch', 'time', 'updates'] },
);

/** One letter after the other, as a person types them. */
function keystrokes(count: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let at = 0; at < count; at += 1) doc.getText('default').insert(at, 'x');
  return updates;
}

function entriesOf(updates: readonly Uint8Array[]): Entry[] {
  return updates.map((update, at) => ({
    id: { incarnation: '1f3a5c7e90b2d4f6', sequence: 1_000_000 + at },
    document: 'team/quarterly-plan',
    epoch: { count: 1, id: '0000000000000000' },
    time: 1_790_000_000_000 + at * 5,
    updates: [{ author: 'maria.lindqvist', update }],
  }));
}

describe('a record of entries', () => {
  it('[G2] gives back what was put in', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(decodeEntries(encodeEntries(entries))).toEqual(entries);
      }),
    );
  });

  describe('costs, with a single edit in it,', () => {
    const uuid = '0198f2b4-5d0e-7c3a-9a51-3f6d2e8b7c10';
    const update = keystrokes(1)[0] ?? expect.fail('one was made');
    const costOf = (document: string, author: string, epoch = FIRST_EPOCH): number => {
      const entry = {
        id: { incarnation: '1f3a5c7e90b2d4f6', sequence: 1_000_000 },
        document,
        epoch,
        time: 1_790_000_000_000,
      };
      return encodeEntries([{ ...entry, updates: [{ author, update }] }]).byteLength - update.byteLength;
    };

    it.each([
      ['team/quarterly-plan', 'maria.lindqvist'],
      [uuid, uuid.replace('0', '1')],
      ['a', ''],
    ])('28 bytes and the names, beside the edit itself: %s by %s', (document, author) => {
      expect(costOf(document, author)).toBe(28 + document.length + author.length);
    });

    it('9 bytes more in a later life of its document', () => {
      const epoch = { count: 2, id: '00000000000000ff' };
      expect(costOf('plan', 'ada', epoch)).toBe(costOf('plan', 'ada') + 9);
    });
  });

  it('says a name once, however many entries bear it', () => {
    const updates = keystrokes(100);
    const length = updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(encodeEntries(entriesOf(updates)).byteLength).toBeLessThan(length + 100 * 10 + 60);
  });

  it('[G4] that is damaged is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (entries, where, flip) => {
          const record = encodeEntries(entries);
          const at = where % record.byteLength;
          record[at] = (record[at] ?? 0) ^ flip;
          for (const bytes of [record, record.subarray(0, at)]) {
            try {
              decodeEntries(bytes);
            } catch (error) {
              expect(error).toBeInstanceOf(RecordError);
            }
          }
        },
      ),
    );
  });

  it('[G4] that claims more than it has room for is refused before anything is allocated for it', () => {
    const record = encodeEntries(entriesOf(keystrokes(1)));
    const boastful = Uint8Array.from([...record.subarray(0, 9), 0xff, 0xff, 0xff, 0xff, 0x7f, ...record.subarray(10)]);
    expect(() => decodeEntries(boastful)).toThrow(/no room/);
  });

  it('[R11] of an unknown version is told apart from a damaged one', () => {
    const record = encodeEntries(entriesOf(keystrokes(1)));
    record[0] = 9;
    expect(() => decodeEntries(record)).toThrow(expect.objectContaining({ fault: 'unknown-version' }));
    expect(() => decodeEntries(new Uint8Array())).toThrow(expect.objectContaining({ fault: 'damaged' }));
  });
});
