import type { Clock } from '../clock.ts';

/**
 * So long whoever asks over HTTP waits for other nodes: many times what a healthy cluster takes, and less than clients wait for
 * an answer. Where nobody can be reached, and the settings have receipts wait for that, there would be no end of it.
 */
export const CONFIRMATION_PATIENCE_MS = 10_000;

/** What an edit that came by no connection may be given besides. */
export interface Storing {
  /** Called once it is on disk and in the document, when others may build on it. What is left is to wait for other nodes. */
  readonly onStored?: (() => void) | undefined;
}

/** It is on this node's disk and in the document, and goes on to the other nodes; no other place has it for sure so far (G1). */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';

  constructor() {
    super(`no other place has confirmed within ${CONFIRMATION_PATIENCE_MS / 1_000} s that it has this`);
  }
}

/** @throws {Unconfirmed} when it takes too long */
export function confirmInTime(confirmed: Promise<unknown>, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(CONFIRMATION_PATIENCE_MS, () => reject(new Unconfirmed()));
    confirmed.finally(cancel).then(() => resolve(), reject);
  });
}

/**
 * The first of two edits: the next can be made as soon as it is stored. Whoever waits for the confirmation of that one has
 * waited for this one too, since other nodes have what is stored here in its order.
 */
export function untilStored(edit: (storing: Storing) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => edit({ onStored: resolve }).then(resolve, reject));
}
