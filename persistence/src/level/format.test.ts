import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openOn } from '../testing/open-on.ts';
import { encodeEntryIndex, encodeNumber, encodeRow } from './document-records.ts';
import { encodeEntry } from './entry-record.ts';
import { entryKey, hexOf, idKey, KIND, lifeKey, nameKey, recentKey, vectorKey } from './keys.ts';

const spaced = (bytes: Uint8Array) => hexOf(bytes).replace(/..(?=.)/g, '$& ');

/** The records of the example, computed from what its text says. */
function recompute(incarnation: string): string[] {
  const id = { incarnation, sequence: 1 };
  const entry = entryKey(lifeKey(KIND.entry, 'a', FIRST_EPOCH), id);
  const body = encodeEntry(entry, {
    time: 1000,
    title: 'A',
    updates: [{ author: 'ada', update: Uint8Array.of(0, 0) }],
  });
  const index = idKey(id);
  const vector = vectorKey(incarnation);
  const row = nameKey(KIND.row, 'a');
  const numbers = { entries: 1, journalBytes: body.byteLength, snapshotBytes: 0, historyBytes: 0, segments: 0 };
  const times = { created: 1000, edited: 1000 };
  const records: [string, Uint8Array, Uint8Array][] = [
    ['entry', entry, body],
    ['index', index, encodeEntryIndex(index, { document: 'a', epoch: FIRST_EPOCH, place: { in: 'journal' } })],
    ['vector', vector, encodeNumber(vector, 1)],
    ['row', row, encodeRow(row, { epoch: FIRST_EPOCH, state: 'live', title: 'A', ...times, ...numbers })],
    ['recent', recentKey(1000, 'a'), new Uint8Array(0)],
  ];
  return records.flatMap(([kind, key, value]) => [
    `${kind.padEnd(6)} key    ${spaced(key)}`,
    `${kind.padEnd(6)} value  ${spaced(value)}`.trimEnd(),
  ]);
}

it('FORMAT.md shows in its example what the code writes', async () => {
  const text = await readFile(new URL('../../FORMAT.md', import.meta.url), 'utf8');
  const example = /```hex\n(.*?)\n```/s.exec(text)?.[1];
  expect(example?.split('\n')).toEqual(recompute('0123456789abcdef'));
});

it('a store writes exactly the records of the example for a first entry', async () => {
  const disk = new FaultyDisk();
  const store = await openOn(disk, { clock: new ManualClock() });
  const before = new Set(disk.synced.keys());
  const updates = [{ author: 'ada', update: Uint8Array.of(0, 0) }];
  await store.append({ document: 'a', epoch: FIRST_EPOCH, time: 1000, title: 'A', updates });
  const written = [...disk.synced].filter(([key]) => !before.has(key));
  const lines = written.map(([key, value]) => `${spaced(Buffer.from(key, 'hex'))} = ${spaced(value)}`);
  const expected = recompute(store.incarnation);
  const pairs = [0, 2, 4, 6, 8].map((at) => `${expected[at]?.slice(14)} = ${expected[at + 1]?.slice(14) ?? ''}`);
  expect(lines.sort()).toEqual(pairs.sort());
  await store.close();
});
