import { promisify } from 'node:util';
import { brotliCompressSync, brotliDecompress, constants } from 'node:zlib';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Entry, Epoch } from '../store.ts';
import { readEntryBody, writeEntryBody } from './entry-record.ts';
import type { RecordPlace } from './record.ts';
import { corrupt, openRecord, sealRecord } from './record.ts';

const decompress = promisify(brotliDecompress);

// 5 is where more effort stops paying on keystrokes: 9 takes twice the time for 2 % less.
const BROTLI_QUALITY = 5;

/** Runs in the fold worker: compression is the expensive half. */
export function encodeSegment(key: Uint8Array, entries: readonly Entry[]): Uint8Array {
  const plain = encoding.encode((encoder) => {
    const incarnations = new Map<string, number>();
    for (const { id } of entries) {
      if (!incarnations.has(id.incarnation)) incarnations.set(id.incarnation, incarnations.size);
    }
    encoding.writeVarUint(encoder, incarnations.size);
    for (const incarnation of incarnations.keys()) encoding.writeVarString(encoder, incarnation);
    encoding.writeVarUint(encoder, entries.length);
    for (const entry of entries) {
      encoding.writeVarUint(encoder, incarnations.get(entry.id.incarnation) ?? 0);
      encoding.writeVarUint(encoder, entry.id.sequence);
      writeEntryBody(encoder, entry);
    }
  });
  const packed = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.byteLength },
  });
  return sealRecord(key, (encoder) => {
    encoding.writeVarUint(encoder, plain.byteLength);
    encoding.writeUint8Array(encoder, packed);
  });
}

export interface SegmentOwner {
  readonly document: string;
  readonly epoch: Epoch;
}

export async function decodeSegment(place: RecordPlace, owner: SegmentOwner, record: Uint8Array): Promise<Entry[]> {
  const { plainBytes, packed } = openRecord(place, record, (decoder) => ({
    plainBytes: decoding.readVarUint(decoder),
    packed: decoding.readTailAsUint8Array(decoder),
  }));
  try {
    // The checksum held, so the length is ours; the limit is against a bug, not against an attacker.
    const plain = await decompress(packed, { maxOutputLength: Math.max(1, plainBytes) });
    return readEntries(decoding.createDecoder(plain), owner);
  } catch (cause) {
    throw corrupt(place, 'can not be unpacked', cause);
  }
}

function readEntries(decoder: decoding.Decoder, { document, epoch }: SegmentOwner): Entry[] {
  const incarnations: string[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) incarnations.push(decoding.readVarString(decoder));
  const entries: Entry[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const incarnation = incarnations[decoding.readVarUint(decoder)];
    if (incarnation === undefined) throw new RangeError('An entry names an incarnation that is not listed');
    const sequence = decoding.readVarUint(decoder);
    entries.push({ id: { incarnation, sequence }, document, epoch, ...readEntryBody(decoder) });
  }
  return entries;
}
