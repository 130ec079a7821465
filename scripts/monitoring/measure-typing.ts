import { setTimeout } from 'node:timers/promises';
import { type HocuspocusPerson, joinWithHocuspocus, until } from '@quire/testing';
import { startSwitchedProcess } from './switched-process.ts';

const DOCUMENTS = 20;
const READERS = 4;
const TYPING_INTERVAL_MS = 25;

/** Microseconds of CPU of the server process, and the edits that it receipted meanwhile. */
export interface Cost {
  readonly microseconds: number;
  readonly edits: number;
}

export interface TypingStage {
  /** Lets everybody type for so long. */
  typeFor(seconds: number): Promise<Cost>;
  switchMetrics(on: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A server on the first core, with one writer and some readers in each of its documents. */
export async function openTypingStage(): Promise<TypingStage> {
  const server = await startSwitchedProcess();
  const everybody: HocuspocusPerson[] = [];
  const close = async (): Promise<void> => {
    for (const person of everybody) person.leave();
    await server.stop();
  };
  try {
    const writers: HocuspocusPerson[] = [];
    for (let index = 0; index < DOCUMENTS; index += 1) {
      const people = Array.from({ length: READERS + 1 }, () => joinWithHocuspocus(server.wsUrl, `plan-${index}`));
      everybody.push(...people);
      writers.push(...people.slice(0, 1));
    }
    await until(() => everybody.every(({ provider }) => provider.isSynced), { what: 'everybody is there' });
    return {
      typeFor: async (seconds) => {
        const before = server.readCpuMicroseconds();
        const edits = await typeFor(writers, seconds);
        return { microseconds: server.readCpuMicroseconds() - before, edits };
      },
      switchMetrics: (on) => server.switchMetrics(on),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each at a moment of its own. @returns how many edits they made, all of them receipted */
async function typeFor(writers: readonly HocuspocusPerson[], seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  const type = async ({ doc }: HocuspocusPerson, index: number): Promise<number> => {
    let edits = 0;
    await setTimeout((index * TYPING_INTERVAL_MS) / writers.length);
    for (; performance.now() < end; edits += 1) {
      doc.getText('body').insert(0, 'x');
      await setTimeout(TYPING_INTERVAL_MS);
    }
    return edits;
  };
  const counts = await Promise.all(writers.map(type));
  await until(() => writers.every(({ provider }) => !provider.hasUnsyncedChanges), { what: 'all is saved' });
  return counts.reduce((total, count) => total + count, 0);
}
