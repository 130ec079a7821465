import type { Entry } from './store.ts';

/**
 * Oldest first, the same on every node: by time, then by id. Time comes from the nodes' clocks, so this is an order to
 * show and to apply in, and nothing else may rest on it.
 */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.id.incarnation !== b.id.incarnation) return a.id.incarnation < b.id.incarnation ? -1 : 1;
  return a.id.sequence - b.id.sequence;
}
