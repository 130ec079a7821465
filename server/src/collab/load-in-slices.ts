import type { LoadedDocument } from '@quire/persistence';
import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';
import { applyOrSkip } from './apply-updates.ts';
import { type Ground, IntegrationOrder } from './integration-order.ts';
import { encodeDeletesOnly } from './novelty.ts';
import { SetAside } from './set-aside.ts';

/** Other documents wait no longer than about this for one slice. */
const SLICE_MS = 8;

/** Structs between two looks at the time. */
const STRUCTS_PER_LOOK = 256;
const RANGES_PER_SLICE = 1_000;

export interface Slicing {
  /** An update below this is applied at once: looking at the time would cost more than it spares others. */
  readonly minBytes: number;
  /** Monotonic, in ms. */
  now(): number;
  /** Resolves once everything else that was due has run. */
  nextTurn(): Promise<void>;
}

const systemSlicing: Slicing = {
  minBytes: 32 * 1024,
  now: () => performance.now(),
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
};

/**
 * Brings a stored document into memory, a few milliseconds at a time: a document of 260,000 edits takes a quarter of a
 * second to integrate, in which no other document would be heard.
 */
export async function loadInSlices(
  document: Y.Doc,
  loaded: LoadedDocument,
  log: Pick<Logger, 'error'>,
  slicing: Slicing = systemSlicing,
): Promise<void> {
  if (loaded.snapshot !== null) await applyInSlices(document, loaded.snapshot, slicing);
  const updates = loaded.entries.flatMap((entry) => entry.updates.map(({ update }) => update));
  const waiting = new SetAside();
  await inSlices(document, updates.length, slicing, (index) => {
    const update = updates[index];
    if (update === undefined) return;
    applyOrSkip(document, update, null, log);
    waiting.takeFrom(document);
  });
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
  const { structs, ds } = Y.decodeUpdate(update);
  await slicing.nextTurn();
  const order = new IntegrationOrder(structs);
  while (!order.isExhausted) {
    const began = slicing.now();
    document.transact((transaction) => {
      const ground = groundOf(document, transaction);
      do order.integrate(ground, STRUCTS_PER_LOOK);
      while (!order.isExhausted && slicing.now() - began < SLICE_MS);
    });
    await slicing.nextTurn();
  }
  if (order.isComplete) {
    const deletes = splitDeletes(ds, RANGES_PER_SLICE);
    await inSlices(document, deletes.length, slicing, (index) => {
      const part = deletes[index];
      if (part !== undefined) Y.applyUpdate(document, part);
    });
  } else {
    // Something builds on what isn't there: Yjs skips what is integrated, and keeps the rest as pending.
    Y.applyUpdate(document, update);
  }
}

/** Updates without structs that together make all of a delete set's deletions. */
function splitDeletes(deletes: ReturnType<typeof Y.decodeUpdate>['ds'], rangesPerPart: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const [client, ranges] of deletes.clients) {
    for (let from = 0; from < ranges.length; from += rangesPerPart) {
      const part = Y.createDeleteSet();
      part.clients.set(client, ranges.slice(from, from + rangesPerPart));
      parts.push(encodeDeletesOnly(part));
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
