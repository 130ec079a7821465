import type { LoadedDocument } from '@quire/persistence';
import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';
import { applyOrSkip } from './apply-updates.ts';
import { type Ground, IntegrationOrder } from './integration-order.ts';
import { encodeDeletesOnly } from './novelty.ts';
import { SetAside } from './set-aside.ts';
import { splitUpdate } from './split-update.ts';
import { updatesIn } from './stored-updates.ts';

type DeleteSet = ReturnType<typeof Y.decodeUpdate>['ds'];

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

/** Structs between two looks at the time: in a process that has just started, a hundred take a millisecond. */
const STRUCTS_PER_LOOK = 32;
/** Yjs tidies up after a transaction, with nobody looking at the time: gathers garbage and merges neighbours. */
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
 * Brings a stored document into memory, a few milliseconds at a time: a document of 260,000 edits takes a quarter of a
 * second to integrate, in which no other document would be heard.
 */
export async function loadInSlices(
  document: Y.Doc,
  loaded: LoadedDocument,
  log: Pick<Logger, 'error'>,
  slicing: Slicing,
): Promise<void> {
  if (loaded.snapshot !== null) await applyInSlices(document, loaded.snapshot, slicing);
  const waiting = new SetAside();
  for (const batch of splitAtLarge(updatesIn(loaded.entries), slicing.minBytes)) {
    await inSlices(document, batch.small.length, slicing, (index) => {
      const update = batch.small[index];
      if (update === undefined) return;
      applyOrSkip(document, update, null, log);
      waiting.takeFrom(document);
    });
    if (batch.large === null) continue;
    try {
      await applyInSlices(document, batch.large, slicing);
    } catch {
      // It can't be applied, and is told of by who tries it once more.
      applyOrSkip(document, batch.large, null, log);
    }
    waiting.takeFrom(document);
  }
  const rest = waiting.merge();
  if (rest === null) return;
  try {
    await applyInSlices(document, rest, slicing);
  } catch {
    // One of them can't be applied, and costs itself alone: it is told of when its turn comes.
    for (const part of waiting.parts()) applyOrSkip(document, part, null, log);
  }
}

async function applyInSlices(document: Y.Doc, update: Uint8Array, slicing: Slicing): Promise<void> {
  if (update.length < slicing.minBytes) {
    Y.applyUpdate(document, update);
    return;
  }
  const { order, deletes } = await decodeInSlices(update, slicing);
  while (!order.isExhausted) {
    const began = slicing.now();
    document.transact((transaction) => {
      const ground = groundOf(document, transaction);
      let looked = 0;
      do {
        order.integrate(ground, STRUCTS_PER_LOOK);
        looked += STRUCTS_PER_LOOK;
      } while (!order.isExhausted && looked < STRUCTS_PER_SLICE && slicing.now() - began < SLICE_MS);
    });
    await slicing.nextTurn();
  }
  if (order.isComplete) {
    const parts = splitDeletes(deletes, RANGES_PER_LOOK);
    await inSlices(document, parts.length, slicing, (index) => {
      const part = parts[index];
      if (part !== undefined) Y.applyUpdate(document, encodeDeletesOnly(part));
    });
  } else {
    // Something builds on what isn't there: Yjs skips what is integrated, and keeps the rest as pending.
    Y.applyUpdate(document, update);
  }
}

/** Updates in their order, each one that takes slices of its own apart from those that share them. */
function* splitAtLarge(
  updates: Iterable<Uint8Array>,
  minBytes: number,
): Generator<{ readonly small: readonly Uint8Array[]; readonly large: Uint8Array | null }> {
  let small: Uint8Array[] = [];
  for (const update of updates) {
    if (update.length < minBytes) small.push(update);
    else {
      yield { small, large: update };
      small = [];
    }
  }
  yield { small, large: null };
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
function splitDeletes(deletes: DeleteSet, rangesPerPart: number): DeleteSet[] {
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

async function inSlices(document: Y.Doc, count: number, slicing: Slicing, run: (index: number) => void): Promise<void> {
  let next = 0;
  while (next < count) {
    const began = slicing.now();
    document.transact(() => {
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
