import { randomHexId } from './random-id.ts';
import type { Epoch } from './store.ts';

/**
 * The first life of every name. It is the same on all nodes, so that two nodes that create a document at once hold one
 * document and not two rivals; only a delete draws a random id.
 */
export const FIRST_EPOCH: Epoch = Object.freeze({ count: 1, id: '0000000000000000' });

/** Negative when `a` is the earlier life, 0 when they are the same one. */
export function compareEpochs(a: Epoch, b: Epoch): number {
  if (a.count !== b.count) return a.count - b.count;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

export function nextEpoch(epoch: Epoch): Epoch {
  return { count: epoch.count + 1, id: randomHexId() };
}
