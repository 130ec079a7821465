import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';

/** Client -> clock after its last struct, in the order in which clients were first met. */
export type StateVector = Map<number, number>;

/**
 * Half a megabyte, for documents that are deleted again and again. A copy of a document is known to be of a former life
 * by any one of the clients who wrote in it, so of a life with so many of them some suffice.
 */
export const MAX_TOMBSTONE_CLIENTS = 50_000;

/** Raises `into` to cover every struct that `update` carries, including those that wait for missing ones. */
export function coverUpdate(into: StateVector, update: Uint8Array): void {
  for (const [client, clock] of Y.parseUpdateMeta(update).to) raise(into, client, clock);
}

export function coverStateVector(into: StateVector, encoded: Uint8Array): void {
  for (const [client, clock] of Y.decodeStateVector(encoded)) raise(into, client, clock);
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

function raise(into: StateVector, client: number, clock: number): void {
  if (clock > (into.get(client) ?? 0)) into.set(client, clock);
}
