import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { AuthoredUpdate, Entry, EntryDraft } from '../store.ts';
import { parseEntryKey } from './keys.ts';
import { HEADER_BYTES, openRecord, sealRecord } from './record.ts';

/** What an entry holds besides its names, which are in the key. */
type EntryBody = Pick<EntryDraft, 'time' | 'updates' | 'title'>;

export function encodeEntry(key: Uint8Array, body: EntryBody): Uint8Array {
  return sealRecord(key, (encoder) => writeEntryBody(encoder, body));
}

export function decodeEntry(key: Uint8Array, record: Uint8Array): Entry {
  const names = parseEntryKey(key);
  return { ...names, ...openRecord({ key, document: names.document }, record, readEntryBody) };
}

/** When an entry was written, as its record says unchecked: whoever goes on to read it finds the damage. */
export function peekTime(record: Uint8Array): number {
  const decoder = decoding.createDecoder(record);
  decoder.pos = HEADER_BYTES;
  try {
    return decoding.readVarUint(decoder);
  } catch {
    return 0;
  }
}

/** time · title? · authors, each once · updates, each with the index of its author */
export function writeEntryBody(encoder: encoding.Encoder, body: EntryBody): void {
  encoding.writeVarUint(encoder, body.time);
  encoding.writeUint8(encoder, body.title === undefined ? 0 : 1);
  if (body.title !== undefined) encoding.writeVarString(encoder, body.title);
  const authors = new Map<string, number>();
  for (const { author } of body.updates) if (!authors.has(author)) authors.set(author, authors.size);
  encoding.writeVarUint(encoder, authors.size);
  for (const author of authors.keys()) encoding.writeVarString(encoder, author);
  encoding.writeVarUint(encoder, body.updates.length);
  for (const { author, update } of body.updates) {
    encoding.writeVarUint(encoder, authors.get(author) ?? 0);
    encoding.writeVarUint8Array(encoder, update);
  }
}

export function readEntryBody(decoder: decoding.Decoder): EntryBody {
  const time = decoding.readVarUint(decoder);
  const titled = decoding.readUint8(decoder);
  if (titled > 1) throw new RangeError(`Neither with nor without a title: ${titled}`);
  const title = titled === 1 ? decoding.readVarString(decoder) : undefined;
  const authors: string[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) authors.push(decoding.readVarString(decoder));
  const updates: AuthoredUpdate[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const author = authors[decoding.readVarUint(decoder)];
    if (author === undefined) throw new RangeError('An update names an author who is not listed');
    updates.push({ author, update: decoding.readVarUint8Array(decoder) });
  }
  return title === undefined ? { time, updates } : { time, updates, title };
}
