import { Buffer } from 'node:buffer';
import type { Bytes } from './database.ts';

export type KeyedRecord = readonly [key: Bytes, record: Bytes];

/** Many records in one block of memory, which changes hands between threads without being copied. */
export function packRecords(records: readonly KeyedRecord[]): Bytes {
  let size = 0;
  for (const [key, record] of records) size += 8 + key.byteLength + record.byteLength;
  const packed = Buffer.from(new ArrayBuffer(size));
  let at = 0;
  for (const pair of records) {
    for (const bytes of pair) {
      packed.writeUInt32BE(bytes.byteLength, at);
      packed.set(bytes, at + 4);
      at += 4 + bytes.byteLength;
    }
  }
  return packed;
}

export function* unpackRecords(packed: Bytes): Generator<KeyedRecord> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  const next = () => {
    const size = view.getUint32(at);
    const bytes = packed.subarray(at + 4, at + 4 + size);
    at += 4 + size;
    return bytes;
  };
  while (at < packed.byteLength) yield [next(), next()];
}
