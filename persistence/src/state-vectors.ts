import * as Y from 'yjs';

/** Client -> clock after its last struct. */
export type StateVector = Map<number, number>;

/** Raises `into` to cover every struct that `update` carries, including those that wait for missing ones. */
export function coverUpdate(into: StateVector, update: Uint8Array): void {
  for (const [client, clock] of Y.parseUpdateMeta(update).to) raise(into, client, clock);
}

export function coverStateVector(into: StateVector, encoded: Uint8Array): void {
  for (const [client, clock] of Y.decodeStateVector(encoded)) raise(into, client, clock);
}

export function encodeStateVector(vector: StateVector): Uint8Array {
  return Y.encodeStateVector(vector);
}

function raise(into: StateVector, client: number, clock: number): void {
  if (clock > (into.get(client) ?? 0)) into.set(client, clock);
}
