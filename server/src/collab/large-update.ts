import { countParts } from './update-parts.ts';

/** From here on an update is large whatever is in it: to decode as much text takes a millisecond. */
const LARGE_BYTES = 256 * 1024;

/** Whatever people type is smaller, and has too few parts to be counted. */
const COUNTED_BYTES = 16 * 1024;

/**
 * From so many parts on an update is large, however few bytes they take: with two microseconds for each, of which half is
 * for judging it, other documents would wait for a whole frame of a screen.
 */
const LARGE_PARTS = 8_000;

/**
 * Whether judging or applying an update at once would hold up other documents. What is not is dealt with where it arrives,
 * as every keystroke is; what is goes to a thread, and into its document in slices.
 */
export function isLarge(update: Uint8Array): boolean {
  if (update.length < COUNTED_BYTES) return false;
  return update.length >= LARGE_BYTES || countParts(update, LARGE_PARTS) > LARGE_PARTS;
}
