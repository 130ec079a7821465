import * as Y from 'yjs';
import type { Struct } from './integration-order.ts';

/**
 * Where several people wrote at one place at once, Yjs goes through what they wrote, for every item that hangs on that place.
 * What one person writes hangs on what they wrote before and costs nothing of this, so few items are counted of whatever an
 * editor sends. Made up, some thousands of items make an hour of it.
 */
const STEPS_AT_ONCE = 2_000_000;

/** What so few items cost is not worth finding out. */
const FEW_ITEMS = 8;

/** Whether going through a document for every item of an update may take so long that others would wait. */
export function mayTakeLong(structs: readonly Struct[], document: Y.Doc): boolean {
  if (structs.length < FEW_ITEMS) return false; // a keystroke
  const items = countLooseItems(structs);
  return items >= FEW_ITEMS && items * (structs.length + countStructs(document)) > STEPS_AT_ONCE;
}

/** Whether they may take as long by themselves, in a document without anything. */
export function mayTakeLongAlone(structs: readonly Struct[]): boolean {
  return countLooseItems(structs) * structs.length > STEPS_AT_ONCE;
}

/** Those that do not hang on what their client wrote right before. */
function countLooseItems(structs: readonly Struct[]): number {
  let items = 0;
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const { id, origin } = struct;
    if (origin === null || origin.client !== id.client || origin.clock !== id.clock - 1) items += 1;
  }
  return items;
}

function countStructs({ store }: Y.Doc): number {
  let count = 0;
  for (const structs of store.clients.values()) count += structs.length;
  return count;
}
