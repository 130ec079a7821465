import { MAX_CLIENTS_AHEAD } from '@quire/protocol';
import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { readHoldings } from './client-holdings.ts';

function vectorOf(clients: readonly number[], clock: number): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, clients.length);
  for (const client of clients) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, clock);
  }
  return toUint8Array(encoder);
}

/** Edited by so many, each in a copy of their own. */
function writtenBy(clients: readonly number[]): Y.Doc {
  const doc = new Y.Doc();
  for (const client of clients) {
    const copy = new Y.Doc();
    copy.clientID = client;
    copy.getMap('said').set(`${client}`, true);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(copy));
  }
  return doc;
}

const numbers = (count: number, first = 1): number[] => Array.from({ length: count }, (_, index) => first + index);

it('[G4] of a copy that has more of too many clients than its document nothing is kept, however many write in that', () => {
  const doc = writtenBy(numbers(300));
  expect(readHoldings(vectorOf(numbers(MAX_CLIENTS_AHEAD, 1_000), 1), doc)?.ahead.size).toBe(MAX_CLIENTS_AHEAD);
  expect(readHoldings(vectorOf(numbers(MAX_CLIENTS_AHEAD + 1, 1_000), 1), doc)).toBeNull();
});

it('[G4] what a copy has in common with its document is not kept', () => {
  expect(readHoldings(vectorOf(numbers(300), 1), writtenBy(numbers(300)))?.ahead.size).toBe(0);
});
