import type { ContestantName } from '../contestants.ts';
import type { TypingReadings } from '../load/type-together.ts';
import { expectComplete } from '../load/typing-room.ts';
import { perEach } from './per-each.ts';
import type { Readings, Stage, Workload } from './workload.ts';

const settings = {
  full: { readers: 1000, warmUpMs: 2000, measureMs: 10_000, drainMs: 5000 },
  short: { readers: 10, warmUpMs: 200, measureMs: 600, drainMs: 30_000 },
} as const;

const EDITS_PER_SECOND = 50;
/** With a thousand readers, three quarters of what a core can forward one by one. */
const LOADED_EDITS_PER_SECOND = 100;

export const fanOut = (): Workload => ({
  name: 'fan-out',
  title: 'Fan-out',
  method:
    'One person types 50 characters a second, 1,000 read; 10 s after 2 s of warming up. Then the same with 100 a second: whoever joins edits together sends fewer frames than one for each edit and reader. Everybody must deliver everything at 50 a second, and Quire at 100 too; whoever else is beyond its limit there may not, within 5 s after the last edit: its figures at 100 a second are of what arrived.',
  contestants: ['quire', 'quire-yjs', 'hocuspocus', 'y-websocket', 'bare'],
  metrics: [
    { key: 'cpuPerFrameUs', label: 'CPU per frame', unit: 'µs', better: 'less' },
    { key: 'cpuPerArrivalUs', label: 'CPU per edit and reader', unit: 'µs', better: 'less' },
    { key: 'framesPerArrival', label: 'frames per edit and reader', unit: '', better: 'less' },
    { key: 'p99Ms', label: 'p99', unit: 'ms', better: 'less' },
    { key: 'loadedFramesPerArrival', label: 'frames per edit and reader at 100/s', unit: '', better: 'less' },
    { key: 'loadedP99Ms', label: 'p99 at 100/s', unit: 'ms', better: 'less' },
    { key: 'loadedArrivedPercent', label: 'arrived at 100/s', unit: '%', better: 'more' },
  ],
  measure: async (stage) => {
    const calm = await measureAt(stage, EDITS_PER_SECOND);
    expectComplete(calm);
    const loaded = await measureAt(stage, LOADED_EDITS_PER_SECOND);
    const missing = findMissing(stage.contestant.name, loaded);
    if (missing > 0) stage.say(`${missing} of ${loaded.expectedArrivals} arrivals are missing at 100/s`);
    return {
      cpuPerFrameUs: perEach(stage.scale, calm.serverCpuUs, calm.messages),
      cpuPerArrivalUs: perEach(stage.scale, calm.serverCpuUs, calm.expectedArrivals),
      // One for a server that sends every edit by itself, less for one that joins edits that come close together.
      framesPerArrival: perEach(stage.scale, calm.editMessages, calm.arrivals),
      p99Ms: calm.p99Ms,
      loadedFramesPerArrival: perEach(stage.scale, loaded.editMessages, loaded.arrivals),
      loadedP99Ms: loaded.p99Ms,
      loadedArrivedPercent: 100 * perEach(stage.scale, loaded.arrivals, loaded.expectedArrivals),
    } satisfies Readings;
  },
});

/**
 * How many arrivals a loaded run lacks.
 *
 * @throws when Quire lacks any: joining edits together is what lets it deliver all, and is worth nothing without
 */
export function findMissing(
  contestant: ContestantName,
  readings: Pick<TypingReadings, 'arrivals' | 'expectedArrivals'>,
): number {
  if (contestant === 'quire' || contestant === 'quire-yjs') expectComplete(readings);
  return readings.expectedArrivals - readings.arrivals;
}

async function measureAt(stage: Stage, editsPerSecond: number): Promise<TypingReadings> {
  const { readers, warmUpMs, measureMs, drainMs } = settings[stage.scale];
  const server = await stage.start();
  try {
    return await stage.load('typeTogether', server, {
      documents: 1,
      peoplePerDocument: readers + 1,
      writersPerDocument: 1,
      editsPerSecondPerWriter: editsPerSecond,
      movesPerSecondPerWriter: 0,
      cursorWithEachEdit: false,
      warmUpMs,
      measureMs,
      drainMs,
      rehearsalMs: 0,
      withReceipts: false,
      contentBytes: 0,
    });
  } finally {
    await server.kill();
  }
}
