import type { LoadedDocument } from '@quire/persistence';
import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';
import { applyOrSkip } from './apply-updates.ts';
import { encodeDeletesOnly } from './novelty.ts';

/** Other documents wait no longer than about this for one slice. */
const SLICE_MS = 8;

/** Structs between two looks at the time. */
const STRUCTS_PER_LOOK = 256;
const RANGES_PER_SLICE = 1_000;

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

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
  await inSlices(document, updates.length, slicing, (index) => {
    const update = updates[index];
    if (update !== undefined) applyOrSkip(document, update, null, log);
  });
}

async function applyInSlices(document: Y.Doc, update: Uint8Array, slicing: Slicing): Promise<void> {
  if (update.length < slicing.minBytes) {
    Y.applyUpdate(document, update);
    return;
  }
  const { structs, ds } = Y.decodeUpdate(update);
  await slicing.nextTurn();
  const order = new IntegrationOrder(document, structs);
  while (!order.isExhausted) {
    const began = slicing.now();
    document.transact((transaction) => {
      do order.integrate(transaction, STRUCTS_PER_LOOK);
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

/**
 * Goes through the structs of an update in an order in which each finds what it builds on, as Yjs does when it applies
 * the update whole. An update groups structs by client, and clients build on each other.
 */
class IntegrationOrder {
  readonly #document: Y.Doc;
  readonly #queues = new Map<number, { readonly structs: Struct[]; next: number }>();
  #current: number | null = null;
  /** Clients turned to since the last struct was integrated: more than there are means that they wait for each other. */
  #turns = 0;
  #isComplete = true;

  constructor(document: Y.Doc, structs: readonly Struct[]) {
    this.#document = document;
    for (const struct of structs) {
      const { client } = struct.id;
      const queue = this.#queues.get(client) ?? { structs: [], next: 0 };
      queue.structs.push(struct);
      this.#queues.set(client, queue);
    }
  }

  /** Nothing is left that could be integrated. */
  get isExhausted(): boolean {
    return this.#queues.size === 0;
  }

  /** Everything so far was integrated. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Integrates up to `limit` structs. */
  integrate(transaction: Y.Transaction, limit: number): void {
    for (let count = 0; count < limit && !this.isExhausted; count += 1) this.#step(transaction);
  }

  #step(transaction: Y.Transaction): void {
    const { store } = this.#document;
    const client = this.#current ?? this.#queues.keys().next().value;
    const queue = client === undefined ? undefined : this.#queues.get(client);
    if (client === undefined || queue === undefined) {
      this.#current = null;
      return;
    }
    this.#current = client;
    const struct = queue.structs[queue.next];
    if (struct === undefined) {
      this.#finish(client);
      return;
    }
    const known = Y.getState(store, client);
    if (struct instanceof Y.Skip || struct.id.clock > known) {
      this.#giveUp(client);
      return;
    }
    nameParent(struct, this.#document);
    const missing = struct.getMissing(transaction, store);
    if (missing === null) {
      const offset = known - struct.id.clock;
      if (offset < struct.length) struct.integrate(transaction, offset);
      queue.next += 1;
      this.#turns = 0;
    } else if (this.#queues.has(missing) && this.#turns <= this.#queues.size) {
      this.#turns += 1;
      this.#current = missing;
    } else {
      this.#giveUp(client);
    }
  }

  #finish(client: number): void {
    this.#queues.delete(client);
    this.#current = null;
    this.#turns = 0;
  }

  #giveUp(client: number): void {
    this.#isComplete = false;
    this.#finish(client);
  }
}

/** Decoded without a document, a struct at the root of a type has the type's name where Yjs expects the type. */
function nameParent(struct: Y.Item | Y.GC, document: Y.Doc): void {
  if (struct instanceof Y.Item && typeof struct.parent === 'string') struct.parent = document.get(struct.parent);
}
