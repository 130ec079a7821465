import { UpdateWalk, WalkError } from './update-walk.ts';

/**
 * Whether an update has more parts than `limit`: structs, values inside them, and ranges of deletions. Nothing is built
 * for any of them, so it can be asked before an update is decoded, which makes objects of a hundred bytes from parts of two.
 */
export function hasMoreParts(update: Uint8Array, limit: number): boolean {
  // Each part takes a byte at least, and keystrokes are far from any limit.
  return update.length > limit && countParts(update, limit) > limit;
}

/**
 * How many parts an update has; one more than `limit` when it has more than that. Bytes that are no update are counted as
 * far as they can be read: whoever decodes them comes no further.
 */
export function countParts(update: Uint8Array, limit: number): number {
  let parts = 0;
  const count = (): void => {
    parts += 1;
    if (parts > limit) throw BEYOND_LIMIT;
  };
  const walk = new UpdateWalk(update, count);
  try {
    for (let runs = walk.count(); runs > 0; runs -= 1) {
      count();
      for (let { structs } = walk.run(); structs > 0; structs -= 1) walk.struct();
    }
    for (let clients = walk.count(); clients > 0; clients -= 1) {
      count();
      for (let { ranges } = walk.deletes(); ranges > 0; ranges -= 1) walk.range();
    }
  } catch (error) {
    if (error !== BEYOND_LIMIT && !(error instanceof WalkError)) throw error;
  }
  return parts;
}

const BEYOND_LIMIT = Symbol('beyond the limit');
