import type { AuthoredUpdate } from '@quire/persistence';
import * as Y from 'yjs';
import type { Logger } from '../observability/log.ts';
import { applyInSlices, type Slicing } from './apply-in-slices.ts';
import { applyOrSkip } from './apply-updates.ts';
import type { Submission } from './submission.ts';

/** No structs, no deletions. */
export const EMPTY_UPDATE = new Uint8Array([0, 0]);

/** @returns what the document now has that it had not: at most one update, however many there are */
export function applyAtOnce(
  document: Y.Doc,
  updates: readonly AuthoredUpdate[],
  origin: object,
  log: Pick<Logger, 'error'>,
): Uint8Array | null {
  let result: Uint8Array | null = null;
  const collect = (update: Uint8Array): void => {
    result = update;
  };
  document.on('update', collect);
  try {
    document.transact(() => {
      for (const { update } of updates) applyOrSkip(document, update, origin, log);
    }, origin);
  } finally {
    document.off('update', collect);
  }
  return result;
}

/**
 * Applies a batch of which something is large, a few milliseconds at a time: its document does nothing else meanwhile, and
 * the others go on.
 *
 * @param origin of this batch alone: what the document gains under it is what the batch brought
 * @returns what everybody is to be told, in order. Something large is told as it came, once all of it is in the document: a
 * message for each slice would have every reader's editor look at the whole document as often
 */
export async function applyBatch(
  document: Y.Doc,
  batch: readonly Submission[],
  origin: object,
  log: Pick<Logger, 'error'>,
  slicing: Slicing,
): Promise<Uint8Array[]> {
  const told: Uint8Array[] = [];
  /** What the document says it gained since. */
  let gained: Uint8Array[] = [];
  const listen = (update: Uint8Array, from: unknown): void => {
    if (from === origin) gained.push(update);
  };
  const applySmall = (updates: readonly Uint8Array[]): void => {
    document.transact(() => {
      for (const update of updates) applyOrSkip(document, update, origin, log);
    }, origin);
    told.push(...gained);
    gained = [];
  };
  const applyLarge = async (update: Uint8Array): Promise<void> => {
    if (await isAllApplied(document, update, origin, log, slicing)) {
      told.push(update);
      gained = [];
      // What has waited for it is looked at again with the next update, and this is one.
      Y.applyUpdate(document, EMPTY_UPDATE, origin);
    }
    told.push(...gained);
    gained = [];
  };
  document.on('update', listen);
  try {
    let small: Uint8Array[] = [];
    for (const { applied, content, large } of batch) {
      if (applied) continue;
      if (large === undefined) {
        for (const { update } of content ?? []) small.push(update);
        continue;
      }
      applySmall(small);
      small = [];
      await applyLarge(large);
    }
    applySmall(small);
  } finally {
    document.off('update', listen);
  }
  return told;
}

/** Whether it is in the document as it came, with nothing of it left out or waiting. */
async function isAllApplied(
  document: Y.Doc,
  update: Uint8Array,
  origin: object,
  log: Pick<Logger, 'error'>,
  slicing: Slicing,
): Promise<boolean> {
  try {
    return await applyInSlices(document, update, slicing, origin);
  } catch (error) {
    if (error instanceof Abandoned) throw error;
    // It can't be applied, and is told of by who tries it once more.
    applyOrSkip(document, update, origin, log);
    return false;
  }
}

/** The document is not wanted any more: thrown between two slices. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}
