import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HocuspocusPerson, joinWithHocuspocus, startServer, until } from '@quire/testing';

const QUIRE = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'quire');
const SERVER_CORE = '0';
const DOCUMENTS = 20;
const READERS = 4;
const TYPING_INTERVAL_MS = 25;
/** Jiffies of /proc; 100 a second on every Linux that Node runs on. */
const MICROSECONDS_PER_JIFFY = 10_000;

/** Microseconds of CPU of the server process, and the edits that it receipted meanwhile. */
export interface Cost {
  readonly microseconds: number;
  readonly edits: number;
}

export interface TypingStage {
  /** Lets everybody type for so long. */
  typeFor(seconds: number): Promise<Cost>;
  close(): Promise<void>;
}

/** A server on the first core, with one writer and some readers in each of its documents. */
export async function openTypingStage(metrics: boolean): Promise<TypingStage> {
  const server = await startServer({
    ownProcess: true,
    env: { QUIRE_METRICS: String(metrics) },
    program: ['taskset', '-c', SERVER_CORE, QUIRE, 'serve'],
  });
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
        const before = readCpuMicroseconds(server.pid);
        const edits = await typeFor(writers, seconds);
        return { microseconds: readCpuMicroseconds(server.pid) - before, edits };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns how many edits they made, all of them receipted */
async function typeFor(writers: readonly HocuspocusPerson[], seconds: number): Promise<number> {
  let edits = 0;
  const typing = setInterval(() => {
    for (const { doc } of writers) doc.getText('body').insert(0, 'x');
    edits += writers.length;
  }, TYPING_INTERVAL_MS);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  clearInterval(typing);
  await until(() => writers.every(({ provider }) => !provider.hasUnsyncedChanges), { what: 'all is saved' });
  return edits;
}

function readCpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) * MICROSECONDS_PER_JIFFY;
}
