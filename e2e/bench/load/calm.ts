import { pause } from './pause.ts';
import { readCpuUs } from './server-usage.ts';

const LOOK_EVERY_MS = 500;
const CALM_LOAD = 0.04;
const PATIENCE_MS = 60_000;

/** Resolves when a process does next to nothing for half a second: what it had put off is done. */
export async function untilCalm(pid: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let before = readCpuUs(pid); performance.now() < deadline; ) {
    await pause(LOOK_EVERY_MS);
    const now = readCpuUs(pid);
    if (now - before < CALM_LOAD * LOOK_EVERY_MS * 1000) return;
    before = now;
  }
  throw new Error('the server does not come to rest');
}
