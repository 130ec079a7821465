import type { Entry } from '@quire/persistence';
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

  it('costs at most 1.3 times the updates and 60 bytes, with a single keystroke in it', () => {
    for (const [update] of [keystrokes(1), keystrokes(50).slice(-1)]) {
      const length = update?.byteLength ?? 0;
      expect(encodeEntries(entriesOf([update ?? new Uint8Array()])).byteLength).toBeLessThanOrEqual(length * 1.3 + 60);
    }
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
