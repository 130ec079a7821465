import type { ChildProcess } from 'node:child_process';
import { until } from './until.ts';

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

const EXIT_TIMEOUT_MS = 20_000;

/** Sees to it that a child does not outlive the tests, and collects what it prints. */
export function watchChild(child: ChildProcess, onPrinted: (text: string) => void): void {
  // Node signals any number that lies in its memory for a child that could not be started.
  if (child.pid !== undefined) living.add(child);
  child.once('exit', () => living.delete(child));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onPrinted);
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves once it is gone. A paused one takes no signal but SIGKILL. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.kill(signal);
  await until(() => hasEnded(child), {
    what: `process ${child.pid} has not ended by ${signal}`,
    timeoutMs: EXIT_TIMEOUT_MS,
    onChange: (look) => {
      child.once('exit', look);
      return () => child.off('exit', look);
    },
  });
}
