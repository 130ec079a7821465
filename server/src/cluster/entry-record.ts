import { type Burial, compareEpochs, type Entry, type Epoch, FIRST_EPOCH } from '@quire/persistence';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/*
 * record  = version, run*
 * run     = incarnation (8 bytes), texts, epochs, count, entry*
 * texts   = count, text*                      documents, authors and titles, each once
 * epochs  = count, (count, id (8 bytes))*     number 0 is the first epoch of every name and isn't listed
 * entry   = numbers passed over since the entry before, document, epoch, milliseconds since the entry before,
 *           4 * updates + (2 with a burial) + (1 with a title), [title], [epoch, length, tombstone],
 *           (author, length, update)*
 *
 * Numbers have a variable length. An edit by one person costs 28 bytes and the names of its document and author, and 9 more in
 * a later life of its document.
 */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What this release reads, and could write. */
export const RECORD_VERSIONS: VersionRange = { min: 1, max: 1 };

export type RecordFault = 'damaged' | 'unknown-version';

export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly fault: RecordFault;

  constructor(fault: RecordFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** Only a later release reads it. */
export function isUnknownVersion(error: unknown): boolean {
  return error instanceof RecordError && error.fault === 'unknown-version';
}

const ID_BYTES = 8;
const MAX_EPOCH_COUNT = 0xffff_ffff;

/** The entries of an incarnation in ascending order of their numbers. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, RECORD_VERSIONS.max);
  for (const run of runsOf(entries)) writeRun(encoder, run);
  return encoding.toUint8Array(encoder);
}

/** @throws {RecordError} whatever the bytes are, and before more is allocated than a small multiple of them */
export function decodeEntries(record: Uint8Array): Entry[] {
  const version = record[0];
  if (version === undefined) throw new RecordError('damaged', 'The record is empty');
  if (version < RECORD_VERSIONS.min || version > RECORD_VERSIONS.max) {
    throw new RecordError('unknown-version', `The record has version ${version}, which this release does not read`);
  }
  try {
    const decoder = decoding.createDecoder(record);
    decoding.readUint8(decoder);
    const entries: Entry[] = [];
    while (decoding.hasContent(decoder)) readRun(decoder, entries);
    return entries;
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw new RecordError('damaged', 'The record ends early or is damaged', { cause: error });
  }
}

function runsOf(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  let previous: Entry | null = null;
  for (const entry of entries) {
    const run = runs.at(-1);
    const goesOn = previous?.id.incarnation === entry.id.incarnation && previous.id.sequence < entry.id.sequence;
    if (run !== undefined && goesOn) run.push(entry);
    else runs.push([entry]);
    previous = entry;
  }
  return runs;
}

function writeRun(encoder: encoding.Encoder, entries: readonly Entry[]): void {
  const texts = new Table<string>();
  const epochs = new Table<string>();
  const listed: Epoch[] = [];
  epochs.add(keyOf(FIRST_EPOCH));
  for (const entry of entries) {
    texts.add(entry.document);
    if (entry.title !== undefined) texts.add(entry.title);
    for (const { author } of entry.updates) texts.add(author);
    for (const epoch of entry.buried === undefined ? [entry.epoch] : [entry.epoch, entry.buried.by]) {
      if (epochs.add(keyOf(epoch))) listed.push(epoch);
    }
  }
  writeId(encoder, entries[0]?.id.incarnation ?? '');
  encoding.writeVarUint(encoder, texts.size);
  for (const text of texts.keys()) encoding.writeVarString(encoder, text);
  encoding.writeVarUint(encoder, listed.length);
  for (const { count, id } of listed) {
    encoding.writeVarUint(encoder, count);
    writeId(encoder, id);
  }
  encoding.writeVarUint(encoder, entries.length);
  let before = { sequence: 0, time: 0 };
  for (const entry of entries) {
    encoding.writeVarUint(encoder, entry.id.sequence - before.sequence - 1);
    encoding.writeVarUint(encoder, texts.at(entry.document));
    encoding.writeVarUint(encoder, epochs.at(keyOf(entry.epoch)));
    encoding.writeVarInt(encoder, entry.time - before.time);
    const { title, buried } = entry;
    const parts = (buried === undefined ? 0 : 2) + (title === undefined ? 0 : 1);
    encoding.writeVarUint(encoder, entry.updates.length * 4 + parts);
    if (title !== undefined) encoding.writeVarUint(encoder, texts.at(title));
    if (buried !== undefined) {
      encoding.writeVarUint(encoder, epochs.at(keyOf(buried.by)));
      encoding.writeVarUint8Array(encoder, buried.tombstone);
    }
    for (const { author, update } of entry.updates) {
      encoding.writeVarUint(encoder, texts.at(author));
      encoding.writeVarUint8Array(encoder, update);
    }
    before = { sequence: entry.id.sequence, time: entry.time };
  }
}

function readRun(decoder: decoding.Decoder, entries: Entry[]): void {
  const incarnation = readId(decoder);
  const texts: string[] = [];
  for (let left = readCount(decoder, 1); left > 0; left -= 1) texts.push(decoding.readVarString(decoder));
  const epochs: Epoch[] = [FIRST_EPOCH];
  for (let left = readCount(decoder, 1 + ID_BYTES); left > 0; left -= 1) epochs.push(readEpoch(decoder));
  const count = readCount(decoder, 5);
  if (count === 0) throw new RecordError('damaged', 'The record has a run without entries');
  let before = { sequence: 0, time: 0 };
  for (let left = count; left > 0; left -= 1) {
    const sequence = checked(before.sequence + decoding.readVarUint(decoder) + 1, 'number');
    const document = at(texts, decoding.readVarUint(decoder));
    const epoch = at(epochs, decoding.readVarUint(decoder));
    const time = checked(before.time + decoding.readVarInt(decoder), 'time');
    const shape = decoding.readVarUint(decoder);
    const title = shape % 2 === 1 ? { title: at(texts, decoding.readVarUint(decoder)) } : {};
    const burial = shape % 4 >= 2 ? { buried: readBurial(decoder, epochs) } : {};
    const updates: { author: string; update: Uint8Array }[] = [];
    for (let update = bounded(decoder, Math.floor(shape / 4), 2); update > 0; update -= 1) {
      const author = at(texts, decoding.readVarUint(decoder));
      updates.push({ author, update: decoding.readVarUint8Array(decoder) });
    }
    entries.push({ id: { incarnation, sequence }, document, epoch, time, updates, ...title, ...burial });
    before = { sequence, time };
  }
}

function readBurial(decoder: decoding.Decoder, epochs: readonly Epoch[]): Burial {
  const by = at(epochs, decoding.readVarUint(decoder));
  return { by, tombstone: decoding.readVarUint8Array(decoder) };
}

function readEpoch(decoder: decoding.Decoder): Epoch {
  const count = decoding.readVarUint(decoder);
  if (count < 1 || count > MAX_EPOCH_COUNT) throw new RecordError('damaged', `The record has an epoch ${count}`);
  const epoch = { count, id: readId(decoder) };
  return compareEpochs(epoch, FIRST_EPOCH) === 0 ? FIRST_EPOCH : epoch;
}

/** How many of something follow, each of which takes some bytes at least. */
function readCount(decoder: decoding.Decoder, bytesEach: number): number {
  return bounded(decoder, decoding.readVarUint(decoder), bytesEach);
}

function bounded(decoder: decoding.Decoder, count: number, bytesEach: number): number {
  if (count * bytesEach > decoder.arr.length - decoder.pos) {
    throw new RecordError('damaged', `The record speaks of ${count} items that it has no room for`);
  }
  return count;
}

function checked(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RecordError('damaged', `The record has an entry with the ${what} ${value}`);
  }
  return value;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RecordError('damaged', `The record refers to an item ${index} that it lacks`);
  return item;
}

function writeId(encoder: encoding.Encoder, id: string): void {
  encoding.writeUint8Array(encoder, Buffer.from(id, 'hex'));
}

function readId(decoder: decoding.Decoder): string {
  return Buffer.from(decoding.readUint8Array(decoder, ID_BYTES)).toString('hex');
}

function keyOf({ count, id }: Epoch): string {
  return `${count}:${id}`;
}

class Table<T> {
  readonly #numbers = new Map<T, number>();

  /** @returns whether it is new */
  add(item: T): boolean {
    if (this.#numbers.has(item)) return false;
    this.#numbers.set(item, this.#numbers.size);
    return true;
  }

  at(item: T): number {
    return this.#numbers.get(item) ?? 0;
  }

  get size(): number {
    return this.#numbers.size;
  }

  keys(): Iterable<T> {
    return this.#numbers.keys();
  }
}
