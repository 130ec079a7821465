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
import { startGuests } from './guests.ts';
import { startWorker, type Worker } from './worker.ts';

/** One document, and everybody who has it open. */
export interface Scene {
  readonly document: string;
  readonly writers: readonly Writer[];
  readonly returns: number;
  /** Resolves once all have stopped, with everything receipted, and everybody has the same. */
  finish(timeoutMs: number): Promise<void>;
  /** Resolves once those who watch see nobody who has gone. */
  expectNoGhosts(timeoutMs: number): Promise<void>;
  /** Resolves once those who watch see each other. */
  expectEverybody(timeoutMs: number): Promise<void>;
  leave(): void;
}

type Watcher = Person<{ readonly awareness: Awareness | null }>;

/**
 * Two writers of each dialect, of whom every receipt is known; somebody with an unmodified provider of each, who says who
 * they are; and guests, who come and go.
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
  const watchers: readonly Watcher[] = [ada, ben];
  const present = new Set(watchers.map(({ doc }) => doc.clientID));
  const guests = startGuests(wsUrl, document, random.fork());
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
      const finishing = Promise.all([guests.finish(), ...workers.map((worker) => worker.finish())]).then(() => {
        isDone = true;
      });
      await Promise.race([
        finishing,
        until(() => isDone, { what: `the writers of ${document} do not get their receipts`, timeoutMs }),
      ]);
      await converged(docs, { timeoutMs });
    },
    async expectNoGhosts(timeoutMs) {
      const ghosts = (): number[] => watchers.flatMap((one) => seenBy(one).filter((id) => !present.has(id)));
      await until(() => ghosts().length === 0, {
        what: () => `in ${document} are ${[...present].join()}, but somebody sees ${ghosts().join()}`,
        timeoutMs,
      });
    },
    async expectEverybody(timeoutMs) {
      await until(() => watchers.every((one) => [...present].every((id) => seenBy(one).includes(id))), {
        what: () => `in ${document} are ${[...present].join()}, but they see ${watchers.map(seenBy).join(' and ')}`,
        timeoutMs,
      });
    },
    leave() {
      for (const one of [guests, ...workers, ...watchers]) one.leave();
    },
  };
}

function seenBy({ provider }: Watcher): number[] {
  return [...(provider.awareness?.getStates().keys() ?? [])];
}
