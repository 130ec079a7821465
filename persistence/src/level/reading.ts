import { compareEntries } from '../entry-order.ts';
import { PersistenceError } from '../errors.ts';
import type { DocumentStat, Epoch, LoadedDocument, SoundDocumentStat } from '../store.ts';
import type { Bytes, ReadView } from './database.ts';
import type { Row } from './document-records.ts';
import { decodeBlob, decodeRow } from './document-records.ts';
import { decodeEntry } from './entry-record.ts';
import { KIND, keysUnder, lifeKey, nameKey } from './keys.ts';
import { corrupt } from './record.ts';

export async function readRow(view: ReadView, document: string): Promise<Row | null> {
  const key = nameKey(KIND.row, document);
  const record = await view.get(key);
  return record === undefined ? null : decodeRow({ key, document }, record);
}

export async function readSnapshot(view: ReadView, document: string, epoch: Epoch): Promise<Bytes | undefined> {
  return view.get(lifeKey(KIND.snapshot, document, epoch));
}

export function readJournal(view: ReadView, document: string, epoch: Epoch, limit?: number): Promise<[Bytes, Bytes][]> {
  const range = keysUnder(lifeKey(KIND.entry, document, epoch));
  return view.range(limit === undefined ? range : { ...range, limit });
}

/** [G3] Either the whole document, or null for a name that has never been written, or an error. */
export async function loadDocument(view: ReadView, document: string): Promise<LoadedDocument | null> {
  const row = await readRow(view, document);
  if (row === null) {
    await assertNothingUnder(view, document);
    return null;
  }
  const { epoch, state } = row;
  const snapshotKey = lifeKey(KIND.snapshot, document, epoch);
  const tombstoneKey = nameKey(KIND.tombstone, document);
  const [snapshot, tombstone, journal] = await Promise.all([
    view.get(snapshotKey),
    view.get(tombstoneKey),
    readJournal(view, document, epoch),
  ]);
  if (snapshot === undefined && row.segments > 0) throw corrupt({ key: snapshotKey, document }, 'is missing');
  return {
    epoch,
    state,
    snapshot: snapshot === undefined ? null : decodeBlob({ key: snapshotKey, document }, snapshot),
    entries: journal.map(([key, record]) => decodeEntry(key, record)).sort(compareEntries),
    tombstone: tombstone === undefined ? null : decodeBlob({ key: tombstoneKey, document }, tombstone),
  };
}

/** The row is written in the batch that creates the document. Content without it is damage, and no new document. */
async function assertNothingUnder(view: ReadView, document: string): Promise<void> {
  for (const kind of [KIND.entry, KIND.snapshot] as const) {
    const first = lifeKey(kind, document, { count: 0, id: '0000000000000000' });
    const prefix = first.subarray(0, first.byteLength - 12);
    const [found] = await view.keys({ ...keysUnder(prefix), limit: 1 });
    if (found !== undefined) throw corrupt({ key: nameKey(KIND.row, document), document }, 'is missing');
  }
}

export function statOfRow(document: string, row: Row): SoundDocumentStat {
  const { state, title, created, edited, epoch, entries, journalBytes, snapshotBytes, historyBytes } = row;
  return { document, state, title, created, edited, epoch, entries, journalBytes, snapshotBytes, historyBytes };
}

export function statOfRecord(document: string, key: Bytes, record: Bytes): DocumentStat {
  try {
    return statOfRow(document, decodeRow({ key, document }, record));
  } catch (error) {
    if (error instanceof PersistenceError) return { document, state: 'damaged', error };
    throw error;
  }
}
