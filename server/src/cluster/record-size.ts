import type { Entry } from '@quire/persistence';

/** One record: large enough that a burst costs few commands, small enough that what is behind it does not wait. */
export const RECORD_BYTES = 512 * 1024;
export const RECORD_ENTRIES = 1_000;
/** What is larger is pulled by who lacks it: one of them must not push everything else out of Redis. */
export const LARGEST_ENTRY_BYTES = 4 * 1024 * 1024;

/** @param largestBytes what the line to the bus carries */
export function isTooLargeForBus(entry: Entry, largestBytes = LARGEST_ENTRY_BYTES): boolean {
  return bytesOf([entry]) > largestBytes;
}

/** How many of these, from the first on, make a record: at least one, however large. */
export function countForRecord(entries: readonly Entry[], most = RECORD_ENTRIES): number {
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    bytes += bytesOf([entry]);
    if (index > 0 && (bytes > RECORD_BYTES || index >= most)) return index;
  }
  return entries.length;
}

export function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { updates } of entries) for (const { update } of updates) bytes += update.byteLength;
  return bytes;
}
