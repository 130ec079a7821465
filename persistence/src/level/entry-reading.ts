import { compareEntries } from '../entry-order.ts';
import { compareEpochs } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import type { Entry, EntryRange, Epoch } from '../store.ts';
import type { Bytes, Database, ReadView } from './database.ts';
import type { EntryIndex } from './document-records.ts';
import { decodeEntryIndex } from './document-records.ts';
import { decodeEntry } from './entry-record.ts';
import { weighDraft } from './journal.ts';
import { entryKey, idKey, KIND, keysUnder, lifeKey, parseIdKey, segmentKey } from './keys.ts';
import { readJournal, readRow } from './reading.ts';
import { corrupt } from './record.ts';
import { decodeSegment } from './segment-record.ts';

const DEFAULT_RANGE_BYTES = 8 << 20;
const MAX_RANGE_ENTRIES = 10_000;

/**
 * Entries by id. Below `held`, the contiguous sequence that is on disk, every number must be found: a hole there is
 * damage, and is reported rather than passed over.
 */
export async function readEntries(view: ReadView, range: EntryRange, held: number): Promise<Entry[]> {
  const { after, incarnation, maxBytes = DEFAULT_RANGE_BYTES } = range;
  const limit = Math.min(Math.max(1, range.limit), MAX_RANGE_ENTRIES);
  const gt = idKey({ incarnation, sequence: after });
  const { lt } = keysUnder(gt.subarray(0, 9));
  const found = await view.range({ gt, lt, limit });
  const segments = new Map<string, Promise<Map<string, Entry>>>();
  const entries: Entry[] = [];
  let bytes = 0;
  let expected = after + 1;
  for (const [key, record] of found) {
    const id = parseIdKey(key);
    if (id.sequence > expected && expected <= held) {
      throw corrupt({ key: idKey({ incarnation, sequence: expected }) }, 'is missing');
    }
    const index = decodeEntryIndex({ key }, record);
    const entry = await readIndexed(view, id, index, segments);
    bytes += weighDraft(entry);
    if (entries.length > 0 && bytes > maxBytes) return entries;
    entries.push(entry);
    expected = id.sequence + 1;
  }
  if (found.length < limit && expected <= held) {
    throw corrupt({ key: idKey({ incarnation, sequence: expected }) }, 'is missing');
  }
  return entries;
}

async function readIndexed(
  view: ReadView,
  id: Entry['id'],
  { document, epoch, place }: EntryIndex,
  segments: Map<string, Promise<Map<string, Entry>>>,
): Promise<Entry> {
  switch (place.in) {
    case 'nowhere':
      return { id, document, epoch, time: place.time, updates: [] };
    case 'journal': {
      const key = entryKey(lifeKey(KIND.entry, document, epoch), id);
      const record = await view.get(key);
      return record === undefined ? reclaimed(view, id, document, epoch, key) : decodeEntry(key, record);
    }
    case 'segment': {
      const key = segmentKey(document, epoch, place.segment);
      const name = Buffer.from(key).toString('hex');
      const segment = segments.get(name) ?? readSegmentById(view, document, epoch, key);
      segments.set(name, segment);
      return (await segment).get(nameOf(id)) ?? reclaimed(view, id, document, epoch, key);
    }
  }
}

/** Its life was deleted and its record given back; only that explains an absence. */
async function reclaimed(view: ReadView, id: Entry['id'], document: string, epoch: Epoch, key: Bytes): Promise<Entry> {
  const row = await readRow(view, document);
  if (row === null || row.epoch.count <= epoch.count) throw corrupt({ key, document }, 'is missing');
  return { id, document, epoch, time: 0, updates: [] };
}

async function readSegmentById(
  view: ReadView,
  document: string,
  epoch: Epoch,
  key: Bytes,
): Promise<Map<string, Entry>> {
  const record = await view.get(key);
  const entries = record === undefined ? [] : await decodeSegment({ key, document }, { document, epoch }, record);
  return new Map(entries.map((entry) => [nameOf(entry.id), entry]));
}

function nameOf(id: Entry['id']): string {
  return `${id.incarnation}:${id.sequence}`;
}

/**
 * Segment by segment, then the live journal. No snapshot is held while the reader takes its time; instead the step that
 * finds no further segment reads the journal in the same view, so that a fold in between is seen either way.
 */
export async function* readHistory(database: Database, document: string, wanted?: Epoch): AsyncGenerator<Entry> {
  let epoch = wanted;
  for (let segment = 1; ; segment++) {
    const step: { entries: Entry[]; last: boolean } | null = await database.read(async (view) => {
      const row = await readRow(view, document);
      if (row === null) return null;
      epoch ??= row.epoch;
      if (epoch.count < row.epoch.count) {
        throw new PersistenceError('EPOCH_MOVED', 'This life of the document was deleted', { document });
      }
      const key = segmentKey(document, epoch, segment);
      const record = await view.get(key);
      if (record !== undefined) {
        return { entries: await decodeSegment({ key, document }, { document, epoch }, record), last: false };
      }
      const current = compareEpochs(epoch, row.epoch) === 0;
      if (current && segment <= row.segments) throw corrupt({ key, document }, 'is missing');
      const journal = await readJournal(view, document, epoch);
      return { entries: journal.map(([at, value]) => decodeEntry(at, value)).sort(compareEntries), last: true };
    });
    if (step === null) return;
    yield* step.entries;
    if (step.last) return;
  }
}
