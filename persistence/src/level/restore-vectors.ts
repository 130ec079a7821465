import { PersistenceError } from '../errors.ts';
import type { Bytes, ReadView } from './database.ts';
import { decodeNumber } from './document-records.ts';
import type { EntryVectors } from './entry-vectors.ts';
import { allOf, idKey, incarnationInVectorKey, KIND, keysUnder, parseIdKey } from './keys.ts';

const STRIDE = 1000;

/** Reads the stored vectors, and finds the entries beyond the first gap of each in the id index. */
export async function restoreVectors(view: ReadView, vectors: EntryVectors): Promise<void> {
  for (const [key, record] of await view.range(allOf(KIND.vector))) {
    const incarnation = incarnationInVectorKey(key);
    const contiguous = storedOr(0, key, record);
    vectors.restore(incarnation, contiguous, await sequencesAfter(view, incarnation, contiguous));
  }
}

/** A damaged vector takes nothing with it: the id index holds the same knowledge, only slower to read. */
function storedOr(fallback: number, key: Bytes, record: Bytes): number {
  try {
    return decodeNumber({ key }, record);
  } catch (error) {
    if (error instanceof PersistenceError && error.code === 'CORRUPT_RECORD') return fallback;
    throw error;
  }
}

async function sequencesAfter(view: ReadView, incarnation: string, after: number): Promise<number[]> {
  const sequences: number[] = [];
  let gt = idKey({ incarnation, sequence: after });
  const { lt } = keysUnder(gt.subarray(0, 9));
  for (;;) {
    const keys = await view.keys({ gt, lt, limit: STRIDE });
    for (const key of keys) sequences.push(parseIdKey(key).sequence);
    const last = keys.at(-1);
    if (last === undefined || keys.length < STRIDE) return sequences;
    gt = last;
  }
}
