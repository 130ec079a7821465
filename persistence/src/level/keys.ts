import { Buffer } from 'node:buffer';
import type { EntryId, Epoch } from '../store.ts';

/** First byte of every key: the kind of record. FORMAT.md has the grammar. */
export const KIND = {
  format: 0x21, // !
  row: 0x64, // d
  entry: 0x65, // e
  segment: 0x68, // h
  id: 0x69, // i
  recent: 0x72, // r
  snapshot: 0x73, // s
  tombstone: 0x74, // t
  vector: 0x76, // v
  reclaim: 0x78, // x
} as const;

type NameKind = typeof KIND.row | typeof KIND.tombstone | typeof KIND.reclaim;
type LifeKind = typeof KIND.entry | typeof KIND.segment | typeof KIND.snapshot;

const EPOCH_BYTES = 12;
const ID_BYTES = 16;
const TWO_32 = 2 ** 32;

export const FORMAT_KEY: Uint8Array = Buffer.from([KIND.format]);

/** A half-open range of keys. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export function nameKey(kind: NameKind, document: string): Uint8Array {
  const size = Buffer.byteLength(document);
  const key = Buffer.alloc(size + 2);
  key[0] = kind;
  key.write(document, 1);
  return key;
}

export function lifeKey(kind: LifeKind, document: string, epoch: Epoch): Uint8Array {
  const size = Buffer.byteLength(document);
  const key = Buffer.alloc(size + 2 + EPOCH_BYTES);
  key[0] = kind;
  key.write(document, 1);
  key.writeUInt32BE(epoch.count, size + 2);
  key.write(epoch.id, size + 6, 'hex');
  return key;
}

/** The key of an entry, given `lifeKey(KIND.entry, …)`: names are encoded once per document, not once per edit. */
export function entryKey(life: Uint8Array, id: EntryId): Uint8Array {
  const key = Buffer.allocUnsafe(life.byteLength + ID_BYTES);
  key.set(life);
  writeId(key, life.byteLength, id);
  return key;
}

export function segmentKey(document: string, epoch: Epoch, segment: number): Uint8Array {
  const life = lifeKey(KIND.segment, document, epoch);
  const key = Buffer.allocUnsafe(life.byteLength + 4);
  key.set(life);
  key.writeUInt32BE(segment, life.byteLength);
  return key;
}

export function idKey(id: EntryId): Uint8Array {
  const key = Buffer.allocUnsafe(1 + ID_BYTES);
  key[0] = KIND.id;
  writeId(key, 1, id);
  return key;
}

export function vectorKey(incarnation: string): Uint8Array {
  const key = Buffer.allocUnsafe(9);
  key[0] = KIND.vector;
  key.write(incarnation, 1, 'hex');
  return key;
}

/** Sorts the last edited first: the time is stored as its distance from the largest one. */
export function recentKey(edited: number, document: string): Uint8Array {
  const size = Buffer.byteLength(document);
  const key = Buffer.alloc(size + 10);
  key[0] = KIND.recent;
  writeSafeInteger(key, 1, Number.MAX_SAFE_INTEGER - edited);
  key.write(document, 9);
  return key;
}

/** Every key that starts with `prefix`, a whole number of its fields. */
export function keysUnder(prefix: Uint8Array): KeyRange {
  const end = Buffer.from(prefix);
  for (let at = end.byteLength - 1; at >= 0; at--) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return { gte: prefix, lt: end.subarray(0, at + 1) };
    }
  }
  // Kinds are ASCII, so a prefix never consists of 0xff alone.
  throw new RangeError('A key prefix starts with its kind');
}

/** The rows of all names that start with `namePrefix`. 0xff occurs nowhere in UTF-8. */
export function rowsOf(namePrefix: string): KeyRange {
  const gte = Buffer.concat([Buffer.from([KIND.row]), Buffer.from(namePrefix)]);
  return { gte, lt: Buffer.concat([gte, Buffer.from([0xff])]) };
}

/** Everything of one kind that belongs to lives of `document` with a count below `count`. */
export function livesBelow(kind: LifeKind, document: string, count: number): KeyRange {
  const first = { count: 0, id: '0000000000000000' };
  return { gte: lifeKey(kind, document, first), lt: lifeKey(kind, document, { ...first, count }) };
}

export function allOf(kind: number): KeyRange {
  return { gte: Buffer.from([kind]), lt: Buffer.from([kind + 1]) };
}

/** The name in a key of kind row, tombstone or reclaim. */
export function documentInNameKey(key: Uint8Array): string {
  return textIn(key, 1, key.byteLength - 1);
}

export function parseRecentKey(key: Uint8Array): { readonly edited: number; readonly document: string } {
  return {
    edited: Number.MAX_SAFE_INTEGER - readSafeInteger(key, 1),
    document: textIn(key, 9, key.byteLength - 1),
  };
}

export interface ParsedEntryKey {
  readonly document: string;
  readonly epoch: Epoch;
  readonly id: EntryId;
}

export function parseEntryKey(key: Uint8Array): ParsedEntryKey {
  const end = key.byteLength - ID_BYTES - EPOCH_BYTES - 1;
  return {
    document: textIn(key, 1, end),
    epoch: { count: viewOf(key).readUInt32BE(end + 1), id: hexIn(key, end + 5) },
    id: readId(key, key.byteLength - ID_BYTES),
  };
}

export function parseIdKey(key: Uint8Array): EntryId {
  return readId(key, 1);
}

export function incarnationInVectorKey(key: Uint8Array): string {
  return hexIn(key, 1);
}

export function hexOf(key: Uint8Array): string {
  return viewOf(key).toString('hex');
}

export function writeSafeInteger(into: Buffer, at: number, value: number): void {
  into.writeUInt32BE(Math.floor(value / TWO_32), at);
  into.writeUInt32BE(value % TWO_32, at + 4);
}

export function readSafeInteger(from: Uint8Array, at: number): number {
  const view = viewOf(from);
  return view.readUInt32BE(at) * TWO_32 + view.readUInt32BE(at + 4);
}

function writeId(key: Buffer, at: number, id: EntryId): void {
  key.write(id.incarnation, at, 'hex');
  writeSafeInteger(key, at + 8, id.sequence);
}

function readId(key: Uint8Array, at: number): EntryId {
  return { incarnation: hexIn(key, at), sequence: readSafeInteger(key, at + 8) };
}

function hexIn(key: Uint8Array, at: number): string {
  return viewOf(key).toString('hex', at, at + 8);
}

function textIn(key: Uint8Array, start: number, end: number): string {
  return viewOf(key).toString('utf8', start, end);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
