import {
  converged,
  type HocuspocusPerson,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type Person,
  type Random,
  until,
} from '@quire/testing';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc } from 'yjs';
import { createHocuspocusWriter } from '../../crash/hocuspocus-writer.ts';
import type { Writer } from '../../crash/writer.ts';
import { createYWebsocketWriter } from '../../crash/y-websocket-writer.ts';
import { startWorker, type Worker } from './worker.ts';

/** One document, and everybody who has it open. */
export interface Scene {
  readonly document: string;
  readonly writers: readonly Writer[];
  readonly returns: number;
  /** Resolves once all have stopped, with everything receipted, and everybody has the same. */
  finish(timeoutMs: number): Promise<void>;
  /** Resolves once those who watch see each other, and nobody else. */
  expectNoGhosts(timeoutMs: number): Promise<void>;
  leave(): void;
}

/**
 * Two writers of each dialect, of whom every receipt is known, and somebody with an unmodified provider of each, who
 * says who they are.
 */
export function openScene(wsUrl: string, document: string, random: Random): Scene {
  const writers = [createHocuspocusWriter, createYWebsocketWriter, createHocuspocusWriter, createYWebsocketWriter].map(
    (create, index) => create({ wsUrl, document, name: `${document} writer ${index}`, random: random.fork() }),
  );
  const workers: readonly Worker[] = writers.map((writer) => startWorker(writer, random.fork()));
  const ada: HocuspocusPerson = joinWithHocuspocus(wsUrl, document);
  const ben = joinWithYWebsocket(wsUrl, document);
  ada.provider.setAwarenessField('user', { name: 'Ada' });
  ben.provider.awareness.setLocalStateField('user', { name: 'Ben' });
  const watchers: readonly Person<{ readonly awareness: Awareness | null }>[] = [ada, ben];
  const docs: Readonly<Record<string, Doc>> = {
    'an unmodified HocuspocusProvider': ada.doc,
    'an unmodified WebsocketProvider': ben.doc,
    ...Object.fromEntries(writers.map(({ name, doc }) => [name, doc])),
  };
  return {
    document,
    writers,
    get returns() {
      return workers.reduce((sum, worker) => sum + worker.returns, 0);
    },
    async finish(timeoutMs) {
      let isDone = false;
      const finishing = Promise.all(workers.map((worker) => worker.finish())).then(() => {
        isDone = true;
      });
      await Promise.race([
        finishing,
        until(() => isDone, { what: `the writers of ${document} do not get their receipts`, timeoutMs }),
      ]);
      await converged(docs, { timeoutMs });
    },
    async expectNoGhosts(timeoutMs) {
      const expected = watchers.map(({ doc }) => doc.clientID).sort((a, b) => a - b);
      const seen = (): string[] =>
        watchers.map(({ provider }) =>
          [...(provider.awareness?.getStates().keys() ?? [])].sort((a, b) => a - b).join(),
        );
      await until(() => seen().every((ids) => ids === expected.join()), {
        what: () => `in ${document} are ${expected.join()}, but they see ${seen().join(' and ')}`,
        timeoutMs,
      });
    },
    leave() {
      for (const one of [...workers, ...watchers]) one.leave();
    },
  };
}
