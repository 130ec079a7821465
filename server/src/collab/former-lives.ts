import { type AuthoredUpdate, compareEpochs, type Entry, type Epoch, FIRST_EPOCH } from '@quire/persistence';
import * as Y from 'yjs';
import { eachClock } from './client-holdings.ts';
import { readPending } from './novelty.ts';
import { type InspectedUpdate, referencesOf } from './update-inspection.ts';

/** Clients of earlier, deleted lives of a document, and how far each of them had come (R14). */
export type Tombstone = ReadonlyMap<number, number>;

/** As many as a store remembers of a name. */
const MAX_DEAD_CLIENTS = 50_000;

/**
 * The tombstone of a document in memory. Of a client that wrote in the present life too it says nothing. Within a node there
 * is none; but a client may go from a node that has yet to hear of the end of a life to one that has, with nothing in its
 * hands that tells. Counted among the dead, it would have everybody put out who builds on what it wrote in this life.
 */
export class Graveyard {
  readonly #document: Y.Doc;
  readonly #clocks: Map<number, number>;

  constructor(document: Y.Doc, stored: Tombstone) {
    this.#document = document;
    this.#clocks = new Map(stored);
    if (stored.size === 0) return;
    const living = findWriters(document);
    for (const client of stored.keys()) if (living.has(client)) this.#clocks.delete(client);
  }

  get clocks(): Tombstone {
    return this.#clocks;
  }

  /**
   * Entries of an earlier life came to light, or what stands for one.
   *
   * @param underway what is on its way to the document
   */
  bury(entries: readonly Entry[], underway: Iterable<AuthoredUpdate>): void {
    if (entries.length === 0) return;
    const living = findWriters(this.#document);
    for (const { update } of underway) for (const client of endsOf(update).keys()) living.add(client);
    for (const { buried, updates } of entries) {
      if (buried !== undefined) this.#cover(Y.decodeStateVector(buried.tombstone), living);
      for (const { update } of updates) this.#cover(endsOf(update), living);
    }
  }

  #cover(ends: Tombstone, living: ReadonlySet<number>): void {
    for (const [client, clock] of ends) {
      if (living.has(client)) continue;
      const known = this.#clocks.get(client) ?? 0;
      if (clock > known && (known > 0 || this.#clocks.size < MAX_DEAD_CLIENTS)) this.#clocks.set(client, clock);
    }
  }

  /** They write in the present life. */
  spare(writers: readonly { readonly client: number }[]): void {
    if (this.#clocks.size === 0) return;
    for (const { client } of writers) this.#clocks.delete(client);
  }
}

/** Those of whom a document has something, be it that it waits for something else. */
function findWriters(document: Y.Doc): Set<number> {
  const writers = new Set(document.store.clients.keys());
  for (const { client } of readPending(document).spans) writers.add(client);
  return writers;
}

/** The latest life that an entry tells of: its own, or one that has ended its own. */
export function latestLifeIn({ buried, epoch }: Entry): Epoch {
  return buried !== undefined && compareEpochs(buried.by, epoch) > 0 ? buried.by : epoch;
}

/** What can't be read, nobody can have either. */
function endsOf(update: Uint8Array): ReadonlyMap<number, number> {
  try {
    return Y.parseUpdateMeta(update).to;
  } catch {
    return new Map();
  }
}

/** The name of a life on the wire; clients compare it, and nothing else. */
export function nameEpoch({ count, id }: Epoch): string {
  return `${count}-${id}`;
}

/** The same between nodes of one document: the first life goes without a name. */
export function nameLaterLife(epoch: Epoch): string {
  return compareEpochs(epoch, FIRST_EPOCH) === 0 ? '' : nameEpoch(epoch);
}

/** Of which document, and which life of it. */
export function nameLife(document: string, epoch: Epoch): string {
  return `${nameEpoch(epoch)}/${document}`;
}

/** Whether a name says of a life that it is later than another one; what names none says nothing. */
export function isNameOfLater(name: string, than: Epoch): boolean {
  const [, count, id] = /^(\d{1,10})-([0-9a-f]{16})$/.exec(name) ?? [];
  if (count === undefined || id === undefined) return false;
  return compareEpochs({ count: Number(count), id }, than) > 0;
}

/**
 * Whether a client holds something of an earlier life, by the state vector with which it begins a handshake. It is found
 * out here, before it is sent anything: what it has would be mixed with the present life on its own screen, also where
 * it may only read.
 *
 * @throws where it is no state vector
 */
export function holdsTheDead(stateVector: Uint8Array, tombstone: Tombstone): boolean {
  if (tombstone.size === 0) return false;
  // Whoever is in the tombstone never writes again: ids are drawn anew for every copy of a document that is opened.
  let isDead = false;
  eachClock(stateVector, (client) => {
    isDead = tombstone.has(client);
    return !isDead;
  });
  return isDead;
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
