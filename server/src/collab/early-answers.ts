import type { Epoch, LoadedDocument } from '@quire/persistence';
import { encodeYWebsocketFrame } from '@quire/protocol';
import * as Y from 'yjs';
import { nameEpoch } from './former-lives.ts';
import { updatesOf } from './stored-updates.ts';

/** A document as it lies on the disk, for somebody who has nothing of it. */
export interface StoredAnswer {
  /** Which life of it this is. */
  readonly epoch: string;
  /** The life that access was given for: of comments, that of their document. */
  readonly admittedLife: Epoch;
  readonly frames: readonly Uint8Array[];
}
type Listener = (answer: StoredAnswer) => void;

interface Load {
  answer: StoredAnswer | null;
  readonly listeners: Set<Listener>;
}

/** Without a part of this size a document is in memory sooner than its stored bytes could be sent. */
const MIN_BASE_BYTES = 32 * 1024;
/** What lies beside the largest part is merged, and more than this would hold up everybody else; folds keep it less. */
const MAX_ENTRIES = 1_000;
const MAX_MERGED_BYTES = 64 * 1024;
const SLICE_MS = 3;

/**
 * Those who wait for a document with empty hands need nothing that only a document in memory can tell: they get the bytes
 * as they are stored, while it is still being integrated.
 */
export class EarlyAnswers {
  readonly #loads = new Map<string, Load>();

  /**
   * Tells the listener once, as soon as it is known; never where it is not worth it. What a listener throws is its own
   * affair: it still hears no more once the listening has ended, and the others hear all the same.
   *
   * @returns ends the listening
   */
  listen(name: string, listener: Listener): () => void {
    const load = this.#loads.get(name) ?? { answer: null, listeners: new Set() };
    this.#loads.set(name, load);
    load.listeners.add(listener);
    if (load.answer !== null) tell(listener, load.answer);
    return () => {
      load.listeners.delete(listener);
      if (load.listeners.size === 0 && this.#loads.get(name) === load) this.#loads.delete(name);
    };
  }

  /** Called between the reading of a document and its integration. */
  announce(name: string, loaded: LoadedDocument, admittedLife: Epoch = loaded.epoch): void {
    const load = this.#loads.get(name);
    if (load === undefined) return;
    load.answer = encodeStored(loaded, admittedLife);
    if (load.answer !== null) void tellInSlices(load.answer, load);
  }

  /** The document is being deleted: nobody else is told what it was (R14). */
  withdraw(name: string): void {
    const load = this.#loads.get(name);
    if (load !== undefined) load.answer = null;
  }
}

/** Each is sent a whole document, which takes the kernel a while: a crowd is not to keep others waiting. */
async function tellInSlices(answer: StoredAnswer, load: Readonly<Load>): Promise<void> {
  let began = performance.now();
  for (const listener of [...load.listeners]) {
    if (load.answer !== answer) return;
    if (!load.listeners.has(listener)) continue; // gone, or in by now
    tell(listener, answer);
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
}

function tell(listener: Listener, answer: StoredAnswer): void {
  try {
    listener(answer);
  } catch {
    // Who can't be answered now is answered, or refused, when the document is in memory.
  }
}

function encodeStored(loaded: LoadedDocument, admittedLife: Epoch): StoredAnswer | null {
  if (loaded.entries.length > MAX_ENTRIES) return null;
  const frames = encodeParts([...updatesOf(loaded)]);
  return frames === null ? null : { epoch: nameEpoch(loaded.epoch), admittedLife, frames };
}

function encodeParts(parts: readonly Uint8Array[]): readonly Uint8Array[] | null {
  const base = parts.reduce((largest, part) => (part.length > largest.length ? part : largest), new Uint8Array());
  if (base.length < MIN_BASE_BYTES) return null;
  const stepTwo = encodeYWebsocketFrame({ kind: 'step-2', update: base });
  const others = parts.filter((part) => part !== base);
  if (others.length === 0) return [stepTwo];
  if (others.reduce((bytes, part) => bytes + part.length, 0) > MAX_MERGED_BYTES) return null;
  try {
    // First, though it builds on what comes after: with the step 2 a client takes a document for whole (G3).
    return [encodeYWebsocketFrame({ kind: 'update', update: Y.mergeUpdates(others) }), stepTwo];
  } catch {
    // One of them can't be read: whoever integrates them says so, and leaves it out.
    return null;
  }
}
