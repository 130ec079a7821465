import * as Y from 'yjs';
import { type Ground, IntegrationOrder } from './integration-order.ts';
import { type DeleteSet, encodeDeletesOnly } from './novelty.ts';
import { splitUpdate } from './split-update.ts';

/** Other documents wait for one slice no longer than about this. */
const SLICE_MS = 2;
/**
 * Between two slices the loop turns so often: an edit of theirs takes one turn to be read, one to be flushed, one to come
 * back from the disk. Turns in which nothing is due cost microseconds.
 */
const TURNS_BETWEEN_SLICES = 4;
/**
 * What is at the disk when they have turned comes back within about this, and would find the next slice under way. Not
 * longer: on a server that always writes, a load may take twice as long, and no more.
 */
const DISK_PATIENCE_MS = 2;

/** Structs between two looks at the time, at the most. */
const STRUCTS_PER_LOOK = 32;
/**
 * Made-up structs can take milliseconds each (`integration-cost.ts`), and so can any in a process that has just started: where
 * some took so long, and at first, one is looked at alone, and from there twice as many each time.
 */
const SLOW_LOOK_MS = 0.5;
/** Yjs tidies up after a transaction, with nobody looking at the time: gathers garbage, merges neighbours, tells of it. */
const STRUCTS_PER_SLICE = 256;
const RANGES_PER_LOOK = 100;

export interface Slicing {
  /** An update below this is applied at once: looking at the time would cost more than it spares others. */
  readonly minBytes: number;
  /** Monotonic, in ms. */
  now(): number;
  /** Resolves once everything else that was due has run. */
  nextTurn(): Promise<void>;
}

/** @param isWriting whether edits are on their way to the disk */
export function createSlicing(isWriting: () => boolean, now = (): number => performance.now()): Slicing {
  return {
    minBytes: 32 * 1024,
    now,
    async nextTurn() {
      const began = now();
      for (let turn = 0; turn < TURNS_BETWEEN_SLICES; turn += 1) await turnOfTheLoop();
      while (isWriting() && now() - began < DISK_PATIENCE_MS) await turnOfTheLoop();
    },
  };
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Decodes and integrates an update a few milliseconds at a time, in as many transactions of this origin as it takes. Whoever
 * looks at the document between two of them sees a part of it that is complete in itself.
 *
 * @returns whether all of its structs are in the document; otherwise what waits for others is pending
 */
export async function applyInSlices(
  document: Y.Doc,
  update: Uint8Array,
  slicing: Slicing,
  origin: unknown = null,
): Promise<boolean> {
  const { order, deletes } = await decodeInSlices(update, slicing);
  let [sliceMs, structsPerLook] = [SLICE_MS, 1];
  while (!order.isExhausted) {
    const began = slicing.now();
    const structsPerSlice = STRUCTS_PER_SLICE * (sliceMs / SLICE_MS);
    let integrated = began;
    transactAs(document, origin, (transaction) => {
      const ground = groundOf(document, transaction);
      let looked = 0;
      do {
        order.integrate(ground, structsPerLook);
        looked += structsPerLook;
        const before = integrated;
        integrated = slicing.now();
        structsPerLook = integrated - before > SLOW_LOOK_MS ? 1 : Math.min(2 * structsPerLook, STRUCTS_PER_LOOK);
      } while (!order.isExhausted && looked < structsPerSlice && integrated - began < sliceMs);
    });
    // Tidying up may go through all clients, or through one long text: a slice takes as long as that of the last one did, or
    // a document that grows would take the square of its size.
    sliceMs = Math.max(SLICE_MS, slicing.now() - integrated);
    await slicing.nextTurn();
  }
  if (order.isComplete) {
    const parts = splitDeletes(deletes, RANGES_PER_LOOK);
    await inSlices(document, parts.length, slicing, origin, (index) => {
      const part = parts[index];
      if (part !== undefined) Y.applyUpdate(document, encodeDeletesOnly(part), origin);
    });
  } else {
    // Something builds on what isn't there: Yjs skips what is integrated, and keeps the rest as pending.
    Y.applyUpdate(document, update, origin);
  }
  return order.isComplete;
}

/** What comes from elsewhere is not local, as in Yjs's own way of applying an update. */
function transactAs(document: Y.Doc, origin: unknown, run: (transaction: Y.Transaction) => void): void {
  Y.transact(document, run, origin, false);
}

async function decodeInSlices(
  update: Uint8Array,
  slicing: Slicing,
): Promise<{ order: IntegrationOrder; deletes: DeleteSet }> {
  const order = new IntegrationOrder();
  let deletes = Y.createDeleteSet();
  let began = slicing.now();
  for (const part of splitUpdate(update, STRUCTS_PER_LOOK)) {
    const decoded = Y.decodeUpdate(part);
    order.add(decoded.structs);
    deletes = decoded.ds; // all of them are in the last part
    if (slicing.now() - began < SLICE_MS) continue;
    await slicing.nextTurn();
    began = slicing.now();
  }
  return { order, deletes };
}

/** Delete sets that together make all deletions of one. */
export function splitDeletes(deletes: DeleteSet, rangesPerPart: number): DeleteSet[] {
  const parts: DeleteSet[] = [];
  for (const [client, ranges] of deletes.clients) {
    for (let from = 0; from < ranges.length; from += rangesPerPart) {
      const part = Y.createDeleteSet();
      part.clients.set(client, ranges.slice(from, from + rangesPerPart));
      parts.push(part);
    }
  }
  return parts;
}

/** Runs something so many times, as often in one transaction as a slice has room for. */
export async function inSlices(
  document: Y.Doc,
  count: number,
  slicing: Slicing,
  origin: unknown,
  run: (index: number) => void,
): Promise<void> {
  let next = 0;
  while (next < count) {
    const began = slicing.now();
    transactAs(document, origin, () => {
      do {
        run(next);
        next += 1;
      } while (next < count && slicing.now() - began < SLICE_MS);
    });
    if (next < count) await slicing.nextTurn();
  }
}

/** A document, within one transaction. */
function groundOf(document: Y.Doc, transaction: Y.Transaction): Ground {
  const { store } = document;
  return {
    clockOf: (client) => Y.getState(store, client),
    findMissing(struct) {
      nameParent(struct, document);
      return struct.getMissing(transaction, store);
    },
    integrate: (struct, offset) => struct.integrate(transaction, offset),
  };
}

/** Decoded without a document, a struct at the root of a type has the type's name where Yjs expects the type. */
function nameParent(struct: Y.Item | Y.GC, document: Y.Doc): void {
  if (struct instanceof Y.Item && typeof struct.parent === 'string') struct.parent = document.get(struct.parent);
}
