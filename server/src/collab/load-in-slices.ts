import type { LoadedDocument } from '@quire/persistence';
import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';
import { applyInSlices, inSlices, type Slicing } from './apply-in-slices.ts';
import { applyOrSkip } from './apply-updates.ts';
import { SetAside } from './set-aside.ts';
import { updatesIn } from './stored-updates.ts';

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
  if (loaded.snapshot !== null) await applyStored(document, loaded.snapshot, slicing);
  const waiting = new SetAside();
  for (const batch of splitAtLarge(updatesIn(loaded.entries), slicing.minBytes)) {
    await inSlices(document, batch.small.length, slicing, null, (index) => {
      const update = batch.small[index];
      if (update === undefined) return;
      applyOrSkip(document, update, null, log);
      waiting.takeFrom(document);
    });
    if (batch.large === null) continue;
    try {
      await applyStored(document, batch.large, slicing);
    } catch {
      // It can't be applied, and is told of by who tries it once more.
      applyOrSkip(document, batch.large, null, log);
    }
    waiting.takeFrom(document);
  }
  const rest = waiting.merge();
  if (rest === null) return;
  try {
    await applyStored(document, rest, slicing);
  } catch {
    // One of them can't be applied, and costs itself alone: it is told of when its turn comes.
    for (const part of waiting.parts()) applyOrSkip(document, part, null, log);
  }
}

async function applyStored(document: Y.Doc, update: Uint8Array, slicing: Slicing): Promise<void> {
  if (update.length < slicing.minBytes) Y.applyUpdate(document, update);
  else await applyInSlices(document, update, slicing);
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
