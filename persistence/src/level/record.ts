import { crc32 } from 'node:zlib';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { PersistenceError } from '../errors.ts';
import { hexOf } from './keys.ts';

/** Written in front of every record. Raise it when any payload changes. */
export const RECORD_VERSION = 1;
/** Where the payload begins. */
export const HEADER_BYTES = 5;

/**
 * version (1 byte) · CRC-32 of key, version and payload (4 bytes, big-endian) · payload.
 * The checksum covers the key, so that a record that turns up under another key is found out too.
 */
export function sealRecord(key: Uint8Array, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  for (let i = 0; i < HEADER_BYTES; i++) encoding.write(encoder, 0);
  write(encoder);
  const record = encoding.toUint8Array(encoder);
  record[0] = RECORD_VERSION;
  new DataView(record.buffer, record.byteOffset).setUint32(1, checksum(key, record));
  return record;
}

export interface RecordPlace {
  readonly key: Uint8Array;
  readonly document?: string;
}

/** Checks the record and reads it whole. Damage is an error with the document and the key, never a default. */
export function openRecord<T>(place: RecordPlace, record: Uint8Array, read: (decoder: decoding.Decoder) => T): T {
  if (record.byteLength < HEADER_BYTES) throw corrupt(place, 'is truncated');
  const stored = new DataView(record.buffer, record.byteOffset).getUint32(1);
  if (stored !== checksum(place.key, record)) throw corrupt(place, 'fails its checksum');
  // Only after the checksum: a flipped bit must not pass for a newer format.
  if ((record[0] ?? 0) > RECORD_VERSION) {
    throw new PersistenceError('NEWER_FORMAT', `A record has format ${record[0]}, newer than ${RECORD_VERSION}`, {
      ...documentOf(place),
      key: hexOf(place.key),
    });
  }
  const decoder = decoding.createDecoder(record);
  decoder.pos = HEADER_BYTES;
  let value: T;
  try {
    value = read(decoder);
  } catch (cause) {
    throw corrupt(place, 'can not be decoded', cause);
  }
  if (decoding.hasContent(decoder)) throw corrupt(place, 'goes on after its end');
  return value;
}

export function corrupt(place: RecordPlace, what: string, cause?: unknown): PersistenceError {
  const key = hexOf(place.key);
  const where = place.document === undefined ? `Record ${key}` : `Record ${key} of ${JSON.stringify(place.document)}`;
  return new PersistenceError('CORRUPT_RECORD', `${where} ${what}`, { cause, key, ...documentOf(place) });
}

function documentOf(place: RecordPlace): { document?: string } {
  return place.document === undefined ? {} : { document: place.document };
}

function checksum(key: Uint8Array, record: Uint8Array): number {
  const version = record.subarray(0, 1);
  return crc32(record.subarray(HEADER_BYTES), crc32(version, crc32(key)));
}
