import { setTimeout } from 'node:timers/promises';
import { median } from './measure-scrapes.ts';
import { startSwitchedProcess } from './switched-process.ts';

const SETTLING_MS = 8_000;
const LOOK_MS = 5_000;
const LOOKS = 5;

/** Milliseconds of CPU a second that a server takes to which nobody is connected: a median of some looks. */
export async function measureIdle(): Promise<{ readonly on: number; readonly off: number }> {
  const server = await startSwitchedProcess();
  try {
    await setTimeout(SETTLING_MS);
    const looks: Record<'on' | 'off', number[]> = { on: [], off: [] };
    for (let look = 0; look < LOOKS; look += 1) {
      for (const side of ['on', 'off'] as const) {
        await server.switchMetrics(side === 'on');
        const before = server.readCpuMicroseconds();
        await setTimeout(LOOK_MS);
        looks[side].push((server.readCpuMicroseconds() - before) / LOOK_MS);
      }
    }
    return { on: median(looks.on), off: median(looks.off) };
  } finally {
    await server.stop();
  }
}
