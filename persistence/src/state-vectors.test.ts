import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { coverStateVector, encodeTombstone, MAX_TOMBSTONE_CLIENTS, type StateVector } from './state-vectors.ts';

it('[R14] [G4] a tombstone remembers so many clients and no more: those of the latest lives', () => {
  const oldest = MAX_TOMBSTONE_CLIENTS + 1_000;
  const vector: StateVector = new Map();
  // The ids run backwards, so that they say the opposite of their age.
  for (let client = oldest; client > 0; client -= 1) vector.set(client, client);
  const kept = Y.decodeStateVector(encodeTombstone(vector));
  expect(kept.size).toBe(MAX_TOMBSTONE_CLIENTS);
  expect([kept.get(1), kept.has(oldest), kept.has(oldest - 999)]).toEqual([1, false, false]);
});

it('[R14] a tombstone is read in the order in which it was written, whatever it is merged with', () => {
  const covered: StateVector = new Map();
  for (const life of [
    new Map([[7, 3]]),
    new Map([[900, 2]]),
    new Map([
      [8, 1],
      [7, 4],
    ]),
  ]) {
    coverStateVector(covered, encodeTombstone(life));
  }
  expect([...Y.decodeStateVector(encodeTombstone(covered))]).toEqual([
    [7, 4],
    [900, 2],
    [8, 1],
  ]);
});
