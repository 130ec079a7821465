import { Buffer } from 'node:buffer';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Epoch } from '../store.ts';
import { readSafeInteger, writeSafeInteger } from './keys.ts';
import type { RecordPlace } from './record.ts';
import { openRecord, sealRecord } from './record.ts';

/** The index row of a document. Written at its creation, at each fold, and about once a second while it is edited. */
export interface Row {
  readonly epoch: Epoch;
  readonly state: 'live' | 'deleted';
  readonly title: string;
  readonly created: number;
  readonly edited: number;
  readonly entries: number;
  readonly journalBytes: number;
  readonly snapshotBytes: number;
  readonly historyBytes: number;
  /** History segments of the current life are numbered 1 … `segments`. Always exact: it only changes with a fold. */
  readonly segments: number;
}

export function encodeRow(key: Uint8Array, row: Row): Uint8Array {
  return sealRecord(key, (encoder) => {
    writeEpoch(encoder, row.epoch);
    encoding.writeUint8(encoder, row.state === 'live' ? 1 : 0);
    encoding.writeVarString(encoder, row.title);
    for (const number of [
      row.created,
      row.edited,
      row.entries,
      row.journalBytes,
      row.snapshotBytes,
      row.historyBytes,
      row.segments,
    ]) {
      encoding.writeVarUint(encoder, number);
    }
  });
}

export function decodeRow(place: RecordPlace, record: Uint8Array): Row {
  return openRecord(place, record, (decoder) => ({
    epoch: readEpoch(decoder),
    state: decoding.readUint8(decoder) === 1 ? 'live' : 'deleted',
    title: decoding.readVarString(decoder),
    created: decoding.readVarUint(decoder),
    edited: decoding.readVarUint(decoder),
    entries: decoding.readVarUint(decoder),
    journalBytes: decoding.readVarUint(decoder),
    snapshotBytes: decoding.readVarUint(decoder),
    historyBytes: decoding.readVarUint(decoder),
    segments: decoding.readVarUint(decoder),
  }));
}

/** Where the entry with a given id lies. Kept for ever. */
export interface EntryIndex {
  readonly document: string;
  readonly epoch: Epoch;
  readonly place: EntryPlace;
}

export type EntryPlace =
  | { readonly in: 'journal' }
  | { readonly in: 'segment'; readonly segment: number }
  /** It came after its life had ended: counted as held, its content refused. */
  | { readonly in: 'nowhere'; readonly time: number };

const PLACES = ['journal', 'segment', 'nowhere'] as const;

export function encodeEntryIndex(key: Uint8Array, index: EntryIndex): Uint8Array {
  return sealRecord(key, (encoder) => {
    encoding.writeUint8(encoder, PLACES.indexOf(index.place.in));
    encoding.writeVarString(encoder, index.document);
    writeEpoch(encoder, index.epoch);
    if (index.place.in === 'segment') encoding.writeVarUint(encoder, index.place.segment);
    if (index.place.in === 'nowhere') encoding.writeVarUint(encoder, index.place.time);
  });
}

export function decodeEntryIndex(place: RecordPlace, record: Uint8Array): EntryIndex {
  return openRecord(place, record, (decoder) => {
    const where = PLACES[decoding.readUint8(decoder)];
    const document = decoding.readVarString(decoder);
    const epoch = readEpoch(decoder);
    switch (where) {
      case 'journal':
        return { document, epoch, place: { in: where } };
      case 'segment':
        return { document, epoch, place: { in: where, segment: decoding.readVarUint(decoder) } };
      case 'nowhere':
        return { document, epoch, place: { in: where, time: decoding.readVarUint(decoder) } };
      default:
        throw new RangeError('An entry lies in an unknown place');
    }
  });
}

/** Snapshots and tombstones: the payload is the Yjs encoding itself. */
export function encodeBlob(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return sealRecord(key, (encoder) => encoding.writeUint8Array(encoder, bytes));
}

export function decodeBlob(place: RecordPlace, record: Uint8Array): Uint8Array {
  return openRecord(place, record, decoding.readTailAsUint8Array);
}

/** Fixed width, so that storing an edit never costs more for having a high number. */
export function encodeNumber(key: Uint8Array, value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8);
  writeSafeInteger(bytes, 0, value);
  return encodeBlob(key, bytes);
}

export function decodeNumber(place: RecordPlace, record: Uint8Array): number {
  return openRecord(place, record, (decoder) => readSafeInteger(decoding.readUint8Array(decoder, 8), 0));
}

function writeEpoch(encoder: encoding.Encoder, epoch: Epoch): void {
  encoding.writeUint32BigEndian(encoder, epoch.count);
  encoding.writeUint8Array(encoder, Buffer.from(epoch.id, 'hex'));
}

function readEpoch(decoder: decoding.Decoder): Epoch {
  const count = decoding.readUint32BigEndian(decoder);
  return { count, id: Buffer.from(decoding.readUint8Array(decoder, 8)).toString('hex') };
}
