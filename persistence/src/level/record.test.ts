import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import { failsWith } from '../testing/fails-with.ts';
import {
  decodeBlob,
  decodeEntryIndex,
  decodeRow,
  encodeBlob,
  encodeEntryIndex,
  encodeRow,
} from './document-records.ts';
import { decodeEntry, encodeEntry } from './entry-record.ts';
import { entryKey, idKey, KIND, lifeKey, nameKey, segmentKey } from './keys.ts';
import { packRecords, unpackRecords } from './packed-records.ts';
import { decodeSegment, encodeSegment } from './segment-record.ts';

const id = { incarnation: '0123456789abcdef', sequence: 42 };
const key = entryKey(lifeKey(KIND.entry, 'notes', FIRST_EPOCH), id);
const bytes = fc.uint8Array({ maxLength: 40 });
const body = fc.record(
  {
    time: fc.maxSafeNat(),
    title: fc.string(),
    updates: fc.array(fc.record({ author: fc.constantFrom('', 'ada', 'bob', '🦋'), update: bytes }), { maxLength: 6 }),
  },
  { requiredKeys: ['time', 'updates'] },
);
const sample = encodeEntry(key, { time: 7, title: 'T', updates: [{ author: 'ada', update: Uint8Array.of(1, 2, 3) }] });

describe('records', () => {
  it('give back what went into them', () => {
    fc.assert(
      fc.property(body, (written) => {
        const entry = decodeEntry(key, encodeEntry(key, written));
        expect(entry).toEqual({ ...written, id, document: 'notes', epoch: FIRST_EPOCH });
      }),
    );
    const rowKey = nameKey(KIND.row, 'notes');
    const row = { epoch: FIRST_EPOCH, state: 'live' as const, title: 'ü', created: 1, edited: 2 ** 41, entries: 3 };
    const full = { ...row, journalBytes: 4, snapshotBytes: 5, historyBytes: 6, segments: 7 };
    expect(decodeRow({ key: rowKey }, encodeRow(rowKey, full))).toEqual(full);
    for (const place of [
      { in: 'journal' as const },
      { in: 'segment' as const, segment: 9 },
      { in: 'nowhere' as const, time: 3 },
    ]) {
      const index = { document: 'notes', epoch: FIRST_EPOCH, place };
      expect(decodeEntryIndex({ key: idKey(id) }, encodeEntryIndex(idKey(id), index))).toEqual(index);
    }
  });

  it('[G8] keep ids, authors and times of many entries in one segment', async () => {
    const entry = fc.tuple(body, fc.constantFrom('0123456789abcdef', 'fedcba9876543210'), fc.nat());
    const owner = { document: 'notes', epoch: FIRST_EPOCH };
    const at = segmentKey('notes', FIRST_EPOCH, 1);
    await fc.assert(
      fc.asyncProperty(fc.array(entry), async (parts) => {
        const entries = parts.map(([rest, incarnation, sequence]) => ({
          ...rest,
          ...owner,
          id: { incarnation, sequence },
        }));
        expect(await decodeSegment({ key: at }, owner, encodeSegment(at, entries))).toEqual(entries);
      }),
    );
  });

  it('[G3] say so when any single bit of them flips', () => {
    for (let bit = 0; bit < sample.byteLength * 8; bit++) {
      const damaged = Uint8Array.from(sample);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeEntry(key, damaged)).toThrow(expect.toSatisfy(failsWith('CORRUPT_RECORD')));
    }
  });

  it('[G3] say so wherever they are cut off, and when something is appended', () => {
    for (let size = 0; size < sample.byteLength; size++) {
      expect(() => decodeEntry(key, sample.subarray(0, size))).toThrow(expect.toSatisfy(failsWith('CORRUPT_RECORD')));
    }
    const longer = Buffer.concat([sample, Buffer.from([0])]);
    expect(() => decodeEntry(key, longer)).toThrow(expect.toSatisfy(failsWith('CORRUPT_RECORD')));
  });

  it('[G3] say so when they lie under the key of another', () => {
    const other = entryKey(lifeKey(KIND.entry, 'note', FIRST_EPOCH), id);
    let thrown: unknown;
    try {
      decodeEntry(other, sample);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'CORRUPT_RECORD', document: 'note', key: Buffer.from(other).toString('hex') });
  });

  it('never decode to anything but a record or an error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
        // A valid checksum over garbage: what only a bug could write.
        const sealed = encodeBlob(key, garbage);
        try {
          expect(decodeEntry(key, sealed)).toHaveProperty('updates');
        } catch (error) {
          expect(error).toSatisfy(failsWith('CORRUPT_RECORD'));
        }
      }),
    );
  });

  it('of a newer version are refused by that name, not as damage', async () => {
    const { crc32 } = await import('node:zlib');
    const newer = Buffer.from(sample);
    newer[0] = 2;
    newer.writeUInt32BE(crc32(newer.subarray(5), crc32(newer.subarray(0, 1), crc32(key))), 1);
    expect(() => decodeEntry(key, newer)).toThrow(expect.toSatisfy(failsWith('NEWER_FORMAT')));
  });

  it('travel between threads unharmed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, bytes)), (records) => {
        const unpacked = [...unpackRecords(packRecords(records))];
        expect(unpacked.map((pair) => pair.map((each) => [...each]))).toEqual(
          records.map((pair) => pair.map((each) => [...each])),
        );
      }),
    );
  });

  it('hold the bytes of a snapshot as they are', () => {
    fc.assert(
      fc.property(bytes, (state) => {
        expect([...decodeBlob({ key }, encodeBlob(key, state))]).toEqual([...state]);
      }),
    );
  });
});
