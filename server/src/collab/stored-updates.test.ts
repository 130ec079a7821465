import { FIRST_EPOCH, type LoadedDocument } from '@quire/persistence';
import { expect, it } from 'vitest';
import { findOnlyUpdate, updatesOf } from './stored-updates.ts';

const [snapshot, first, second, third] = [1, 2, 3, 4].map((byte) => new Uint8Array([byte])) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function stored(base: Uint8Array | null, ...entries: readonly (readonly Uint8Array[])[]): LoadedDocument {
  return {
    epoch: FIRST_EPOCH,
    state: 'live',
    snapshot: base,
    tombstone: null,
    entries: entries.map((updates, index) => ({
      id: { incarnation: '0'.repeat(16), sequence: index + 1 },
      document: 'plan',
      epoch: FIRST_EPOCH,
      time: 1,
      updates: updates.map((update) => ({ author: '', update })),
    })),
  };
}

it('goes through all that is stored of a document, oldest first', () => {
  expect([...updatesOf(stored(snapshot, [first, second], [], [third]))]).toEqual([snapshot, first, second, third]);
  expect([...updatesOf(stored(null))]).toEqual([]);
});

it('finds the one update of a document that has no other', () => {
  expect(findOnlyUpdate(stored(snapshot))).toBe(snapshot);
  expect(findOnlyUpdate(stored(null, [], [first], []))).toBe(first);
  for (const several of [stored(snapshot, [first]), stored(null, [first, second]), stored(null, [first], [second])]) {
    expect(findOnlyUpdate(several)).toBeNull();
  }
  expect(findOnlyUpdate(stored(null))).toBeNull();
});

it('looks no further than it must: a long journal is not gone through to find that it is several', () => {
  const loaded = stored(snapshot, [first]);
  const untouchable = {
    ...loaded.entries[0],
    get updates(): never {
      throw new Error('looked at');
    },
  };
  expect(findOnlyUpdate({ ...loaded, entries: [...loaded.entries, untouchable as never] })).toBeNull();
});
