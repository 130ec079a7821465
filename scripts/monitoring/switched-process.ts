import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startServer } from '@quire/testing';

const SERVER_CORE = '0';
const NANOSECONDS_PER_MICROSECOND = 1000;
const SWITCHING_MS = 100;

/** A server on the first core; its metrics are on, until they are switched. */
export interface SwitchedProcess {
  readonly wsUrl: string;
  switchMetrics(on: boolean): Promise<void>;
  /** Of all its threads, user and system. */
  readCpuMicroseconds(): number;
  stop(): Promise<void>;
}

export async function startSwitchedProcess(): Promise<SwitchedProcess> {
  const script = join(import.meta.dirname, 'switched-server.ts');
  const server = await startServer({
    ownProcess: true,
    // Folding is done now and then, for all documents at once where all have as many edits: it would be in some slices only.
    env: { QUIRE_JOURNAL_COMPACT_ENTRIES: '1000000', QUIRE_JOURNAL_COMPACT_BYTES: '1000000000' },
    // The threads of V8 as `quire serve` has them on two cores.
    program: ['taskset', '-c', SERVER_CORE, process.execPath, '--v8-pool-size=0', script],
  });
  let isOn = true;
  return {
    wsUrl: server.wsUrl,
    async switchMetrics(on) {
      if (on === isOn) return;
      isOn = on;
      process.kill(server.pid, 'SIGUSR2');
      await setTimeout(SWITCHING_MS);
    },
    readCpuMicroseconds: () => readCpuMicroseconds(server.pid),
    stop: () => server.stop(),
  };
}

/** Of the threads that live, as the scheduler counts it: a slice has few jiffies. */
function readCpuMicroseconds(pid: number): number {
  const tasks = join('/proc', String(pid), 'task');
  let nanoseconds = 0;
  for (const task of readdirSync(tasks)) {
    nanoseconds += Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ', 1)[0]);
  }
  return nanoseconds / NANOSECONDS_PER_MICROSECOND;
}
