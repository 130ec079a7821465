import { createRandom, type ServerCluster, until } from '@quire/testing';
import type { Doc } from 'yjs';
import { findBrokenPromises } from '../crash/edit-ledger.ts';
import { createHocuspocusWriter } from '../crash/hocuspocus-writer.ts';
import type { Writer } from '../crash/writer.ts';
import { createYWebsocketWriter } from '../crash/y-websocket-writer.ts';

/** One writer at each of these addresses, by turns in both dialects. @param seed of their own: marks are named by it, too */
export function createWriters(wsUrls: readonly string[], document: string, seed: number): Writer[] {
  const random = createRandom(seed);
  return wsUrls.map((wsUrl, index) => {
    const create = index % 2 === 0 ? createHocuspocusWriter : createYWebsocketWriter;
    return create({ wsUrl, document, name: `writer ${seed}.${index}`, random: random.fork() });
  });
}

export async function connectAll(writers: readonly Writer[]): Promise<void> {
  await Promise.all(writers.map((writer) => writer.connect()));
}

/** Begins to type. @returns resolves once so many receipts have come since, to each of them */
export function startTyping(writers: readonly Writer[], wanted: number): Promise<unknown> {
  const waiting = writers.map((writer) => {
    let receipted = 0;
    writer.startTyping(() => {
      receipted += 1;
    });
    return until(() => receipted >= wanted, {
      what: () => `${writer.name} has ${receipted} of ${wanted} receipts`,
      timeoutMs: 30_000,
    });
  });
  return Promise.all(waiting);
}

/** Types until each has so many receipts, and then waits for the rest. */
export async function typeUntil(writers: readonly Writer[], wanted: number): Promise<void> {
  await startTyping(writers, wanted);
  await finishTyping(writers);
}

export async function finishTyping(writers: readonly Writer[]): Promise<void> {
  for (const writer of writers) writer.stopTyping();
  await until(() => writers.every((writer) => writer.inFlight === 0), { what: 'receipts are still owed' });
}

/**
 * Every node that runs has everything that these writers have a receipt for, and all have the same. Who has left can't
 * bring anything back: what is there, the nodes have kept.
 */
export async function expectKept(cluster: ServerCluster, document: string, writers: readonly Writer[]): Promise<Doc> {
  const ledgers = writers.map((writer) => writer.ledger);
  return cluster.converged(document, {
    timeoutMs: 30_000,
    until: (doc) => findBrokenPromises(doc, ledgers).length === 0,
  });
}

export function receiptsOf(writers: readonly Writer[]): number {
  return writers.reduce((sum, { ledger }) => sum + ledger.receipted.length, 0);
}
