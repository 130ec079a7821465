import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../server/src/testing/simulation/run-simulations.ts');

export interface SimulationsOptions {
  /** Of the first schedule; each has the next one. */
  readonly seed: number;
  readonly schedules: number;
  readonly signal: AbortSignal;
}

/**
 * Prints the timeline of each schedule that fails.
 *
 * @returns whether none did
 * @throws when they were stopped before the last: that says nothing of the others
 */
export async function runSimulations({ seed, schedules, signal }: SimulationsOptions): Promise<boolean> {
  // Who listens for a signal that has come already hears nothing.
  signal.throwIfAborted();
  const program = spawn(process.execPath, [PROGRAM, `${seed}`, `${schedules}`], { stdio: 'inherit' });
  const stop = (): boolean => program.kill();
  signal.addEventListener('abort', stop, { once: true });
  const [code, endedBy] = (await once(program, 'exit')) as [number | null, NodeJS.Signals | null];
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (endedBy !== null) throw new Error(`the schedules were ended by ${endedBy}`);
  return code === 0;
}
