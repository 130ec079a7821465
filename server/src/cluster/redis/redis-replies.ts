import { BusError } from '../cluster-bus.ts';
import { RECORD_FIELD } from './redis-keys.ts';
import type { StreamId } from './stream-id.ts';

/** Some entries of a stream, one after the other. */
export interface StreamPage {
  readonly lastId: StreamId;
  /** Without the probes among the entries. */
  readonly records: readonly Uint8Array[];
}

/** Of XREAD, by key; nothing when nothing came in time. */
export function readStreams(reply: unknown): ReadonlyMap<string, StreamPage> {
  const streams = new Map<string, StreamPage>();
  for (const stream of reply === null ? [] : asList(reply)) {
    const [key, entries] = asList(stream);
    const page = readPage(entries);
    if (page === null) throw strange('a stream without entries');
    streams.set(asText(key), page);
  }
  return streams;
}

/** Of XRANGE: null when there are none. */
export function readPage(reply: unknown): StreamPage | null {
  const entries = asList(reply).map(readEntry);
  const lastId = entries.at(-1)?.id;
  if (lastId === undefined) return null;
  return { lastId, records: entries.flatMap(({ record }) => (record === null ? [] : [record])) };
}

/** Of XREVRANGE … COUNT 1: the id of the last entry, null when there is none. */
export function readLastId(reply: unknown): StreamId | null {
  const [entry] = asList(reply);
  return entry === undefined ? null : readEntry(entry).id;
}

function readEntry(entry: unknown): { readonly id: StreamId; readonly record: Uint8Array | null } {
  const [id, fields] = asList(entry);
  // Redis gives null for the fields of an entry that was deleted while it was read.
  const [name, value] = fields === null ? [] : asList(fields);
  const isRecord = name !== undefined && asText(name) === RECORD_FIELD;
  return { id: asText(id), record: isRecord ? asBytes(value) : null };
}

/** Of HGETALL: names and values, one after the other. */
export function readHash(reply: unknown): ReadonlyMap<string, Uint8Array> {
  const list = asList(reply);
  const hash = new Map<string, Uint8Array>();
  for (let index = 0; index + 1 < list.length; index += 2) hash.set(asText(list[index]), asBytes(list[index + 1]));
  return hash;
}

/** Of CONFIG GET. */
export function readPairs(reply: unknown): ReadonlyMap<string, string> {
  return new Map([...readHash(reply)].map(([name, value]) => [name, Buffer.from(value).toString()]));
}

export function asList(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw strange(typeof reply);
  return reply;
}

export function asText(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString();
  throw strange(typeof reply);
}

export function asBytes(reply: unknown): Uint8Array {
  if (reply instanceof Uint8Array) return reply;
  throw strange(typeof reply);
}

/** Small numbers come as numbers, TIME and the like as text. */
export function asNumber(reply: unknown): number {
  const number = typeof reply === 'number' ? reply : Number(asText(reply));
  if (!Number.isFinite(number)) throw strange('no number');
  return number;
}

function strange(what: string): BusError {
  return new BusError(
    'unsuitable',
    `what calls itself Redis answers what Redis would not (${what}): see which server it is`,
  );
}
