import type { Epoch } from '@quire/persistence';
import { type InspectedUpdate, referencesOf } from './update-inspection.ts';

/** Clients of earlier, deleted lives of a document, and how far each of them had come (R14). */
export type Tombstone = ReadonlyMap<number, number>;

/** The name of a life on the wire; clients compare it, and nothing else. */
export function nameEpoch({ count, id }: Epoch): string {
  return `${count}-${id}`;
}

/**
 * Whether a client holds something of an earlier life, by the state vector with which it begins a handshake. It is found
 * out here, before it is sent anything: what it has would be mixed with the present life on its own screen, also where
 * it may only read.
 */
export function holdsTheDead(stateVector: ReadonlyMap<number, number>, tombstone: Tombstone): boolean {
  // Whoever is in the tombstone never writes again: ids are drawn anew for every copy of a document that is opened.
  const [few, many] = stateVector.size < tombstone.size ? [stateVector, tombstone] : [tombstone, stateVector];
  for (const client of few.keys()) if (many.has(client)) return true;
  return false;
}

/**
 * Whether an update belongs to an earlier life, by what it carries or by what it builds on. What a client typed after the
 * end of that life has clocks above the tombstone, and hangs on what is below.
 */
export function belongsToTheDead(inspected: InspectedUpdate, tombstone: Tombstone): boolean {
  if (tombstone.size === 0) return false;
  if (inspected.spans.some((span) => tombstone.has(span.client))) return true;
  for (const struct of inspected.structs) {
    for (const id of referencesOf(struct)) if (tombstone.has(id.client)) return true;
  }
  for (const client of inspected.deletes.clients.keys()) if (tombstone.has(client)) return true;
  return false;
}
