import { compareEntries } from '../entry-order.ts';
import { compareEpochs } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import { firstHeldFrom } from '../held-sequences.ts';
import { NO_STRUCTS } from '../state-vectors.ts';
import type { Entry, EntryRange, Epoch, SequenceSpan } from '../store.ts';
import type { Bytes, Database, ReadView } from './database.ts';
import type { EntryIndex } from './document-records.ts';
import { decodeBlob, decodeEntryIndex } from './document-records.ts';
import { decodeEntry } from './entry-record.ts';
import { weighDraft } from './journal.ts';
import { entryKey, idKey, KIND, keysUnder, lifeKey, nameKey, parseIdKey, segmentKey } from './keys.ts';
import { readJournal, readRow } from './reading.ts';
import { corrupt } from './record.ts';
import { decodeSegment } from './segment-record.ts';

const DEFAULT_RANGE_BYTES = 8 << 20;
const MAX_RANGE_ENTRIES = 10_000;

/** The largest number that an entry can bear. */
const LAST_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** What one answer has read besides its entries. */
interface Lookups {
  readonly view: ReadView;
  /** Segments, unpacked once for all entries that lie in them. */
  readonly segments: Map<string, Promise<Map<string, Entry>>>;
  /** Documents whose burial stands in the answer, and by which life. */
  readonly buried: Map<string, Epoch>;
}

/**
 * Entries by id. Every number of `held`, the spans that were on disk before `view` was taken, must be found: a hole there is
 * damage, and is reported rather than passed over.
 */
export async function readEntries(
  view: ReadView,
  range: EntryRange,
  held: readonly SequenceSpan[],
): Promise<readonly Entry[]> {
  const { after, incarnation, maxBytes = DEFAULT_RANGE_BYTES, upTo = LAST_SEQUENCE } = range;
  if (upTo <= after) return [];
  const limit = Math.min(Math.max(1, range.limit), MAX_RANGE_ENTRIES);
  const gt = idKey({ incarnation, sequence: after });
  const lt = upTo < LAST_SEQUENCE ? idKey({ incarnation, sequence: upTo + 1 }) : keysUnder(gt.subarray(0, 9)).lt;
  const found = await view.range({ gt, lt, limit });
  const lookups: Lookups = { view, segments: new Map(), buried: new Map() };
  const entries: Entry[] = [];
  let bytes = 0;
  let expected = firstHeldFrom(held, after + 1);
  for (const [key, record] of found) {
    const id = parseIdKey(key);
    if (expected < id.sequence) throw corrupt({ key: idKey({ incarnation, sequence: expected }) }, 'is missing');
    const entry = await readIndexed(lookups, id, decodeEntryIndex({ key }, record));
    bytes += weighDraft(entry) + (entry.buried?.tombstone.byteLength ?? 0);
    if (entries.length > 0 && bytes > maxBytes) return entries;
    entries.push(entry);
    expected = firstHeldFrom(held, id.sequence + 1);
  }
  if (found.length < limit && expected <= upTo) {
    throw corrupt({ key: idKey({ incarnation, sequence: expected }) }, 'is missing');
  }
  return entries;
}

async function readIndexed(lookups: Lookups, id: Entry['id'], { document, epoch, place }: EntryIndex): Promise<Entry> {
  const { segments, view } = lookups;
  const absent = { id, document, epoch, time: 0, updates: [] };
  switch (place.in) {
    case 'nowhere':
      return standIn(lookups, { ...absent, time: place.time }, idKey(id));
    case 'journal': {
      const key = entryKey(lifeKey(KIND.entry, document, epoch), id);
      const record = await view.get(key);
      return record === undefined ? standIn(lookups, absent, key) : decodeEntry(key, record);
    }
    case 'segment': {
      const key = segmentKey(document, epoch, place.segment);
      const name = Buffer.from(key).toString('hex');
      const segment = segments.get(name) ?? readSegmentById(view, document, epoch, key);
      segments.set(name, segment);
      return (await segment).get(nameOf(id)) ?? standIn(lookups, absent, key);
    }
  }
}

/**
 * Its life was deleted and its record given back; only that explains an absence. Whoever takes the stand-in never sees the
 * content, so the tombstone must tell them what to refuse [R14].
 */
async function standIn({ buried, view }: Lookups, entry: Entry, key: Bytes): Promise<Entry> {
  const { document, epoch } = entry;
  const known = buried.get(document);
  const by = known ?? (await readRow(view, document))?.epoch;
  if (by === undefined || by.count <= epoch.count) throw corrupt({ key, document }, 'is missing');
  if (known !== undefined) return entry;
  buried.set(document, by);
  const tombstoneKey = nameKey(KIND.tombstone, document);
  const record = await view.get(tombstoneKey);
  const tombstone = record === undefined ? NO_STRUCTS : decodeBlob({ key: tombstoneKey, document }, record);
  return { ...entry, buried: { by, tombstone } };
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
