import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';

/** Client -> clock after its last struct, in the order in which clients were first met. */
export type StateVector = Map<number, number>;

/**
 * Half a megabyte, for documents that are deleted again and again. A copy of a document is known to be of a former life
 * by any one of the clients who wrote in it, so of a life with so many of them some suffice.
 */
export const MAX_TOMBSTONE_CLIENTS = 50_000;

/** The state vector of what has no content. */
export const NO_STRUCTS: Uint8Array = Uint8Array.of(0);

/**
 * Raises `into` to cover every struct that `update` carries, including those that wait for missing ones. What is no update
 * has none: whoever let it in, nothing of it can ever come back.
 *
 * @returns whether `into` covers more now
 */
export function coverUpdate(into: StateVector, update: Uint8Array): boolean {
  let to: Map<number, number>;
  try {
    ({ to } = Y.parseUpdateMeta(update));
  } catch {
    return false;
  }
  return raiseAll(into, to);
}

/** @returns whether `into` covers more now */
export function coverStateVector(into: StateVector, encoded: Uint8Array): boolean {
  return raiseAll(into, Y.decodeStateVector(encoded));
}

/**
 * A state vector as Yjs reads it. Yjs would write the clients in the order of their ids; here they stand in that of their
 * lives, so that the oldest are the ones that are forgotten.
 */
export function encodeTombstone(vector: StateVector): Uint8Array {
  const kept = [...vector].slice(-MAX_TOMBSTONE_CLIENTS);
  const encoder = createEncoder();
  writeVarUint(encoder, kept.length);
  for (const [client, clock] of kept) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, clock);
  }
  return toUint8Array(encoder);
}

function raiseAll(into: StateVector, others: StateVector): boolean {
  let raised = false;
  for (const [client, clock] of others) {
    if (clock <= (into.get(client) ?? 0)) continue;
    into.set(client, clock);
    raised = true;
  }
  return raised;
}
