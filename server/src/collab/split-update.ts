import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding';
import { UpdateWalk } from './update-walk.ts';

/**
 * Cuts an update into updates of at most so many structs, which together say the same: first the structs in their order,
 * then all deletions. One after the other is made when it is asked for, so that decoding them can be spread over time.
 *
 * @param update as Yjs wrote it
 * @throws {WalkError} when it isn't one
 */
export function* splitUpdate(update: Uint8Array, structsPerPart: number): Generator<Uint8Array, void> {
  const walk = new UpdateWalk(update);
  for (let runs = walk.count(); runs > 0; runs -= 1) {
    const { structs, client, clock } = walk.run();
    let reached = clock;
    for (let left = structs; left > 0; ) {
      const count = Math.min(left, structsPerPart);
      const [from, began] = [walk.at, reached];
      for (let walked = 0; walked < count; walked += 1) reached += walk.struct();
      left -= count;
      yield encodeRun(client, began, count, update.subarray(from, walk.at));
    }
  }
  yield encodeDeletes(update.subarray(walk.at));
}

function encodeRun(client: number, clock: number, count: number, structs: Uint8Array): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, count, client, clock]) writeVarUint(encoder, number);
  writeUint8Array(encoder, structs);
  writeVarUint(encoder, 0); // no deletions
  return toUint8Array(encoder);
}

function encodeDeletes(deletes: Uint8Array): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, 0); // no runs
  writeUint8Array(encoder, deletes);
  return toUint8Array(encoder);
}
