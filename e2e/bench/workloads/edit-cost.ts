import { expectComplete } from '../load/typing-room.ts';
import { perEach } from './per-each.ts';
import type { Metric, Readings, Stage, Workload } from './workload.ts';

/** Names and bytes of the documents that are typed into. */
export const documentSizes = [
  ['1 KB', 1_000],
  ['1 MB', 1_000_000],
  ['50 MB', 50_000_000],
] as const;

/** So few that the window is as long as a store of Hocuspocus needs and yet has no fold of Quire in any size. */
export const EDITS_PER_SECOND = 35;

/**
 * Quire folds a journal into its snapshot after 500 edits (`journal.compactEntries`), in proportion later where the
 * document is large: at 50 MB no window of seconds would have its share of a fold. So none has any. The rehearsal takes
 * even the smallest document past its first fold, which starts the thread for folds, and warm-up and window stay below
 * the second one. Hocuspocus stores 10 s after the first edit that is not stored at the latest: 8 s into the window, and
 * what is left of it is for the store itself.
 */
export const settings = {
  full: { rehearsalMs: 15_000, warmUpMs: 2000, measureMs: 10_000, drainMs: 5000 },
  short: { rehearsalMs: 100, warmUpMs: 100, measureMs: 400, drainMs: 30_000 },
} as const;

/** The short form shows that it runs: with the largest, a thousandth as large. */
const SHORT_DIVISOR = 1000;

export const editCost = (): Workload => ({
  name: 'edit-cost',
  title: 'Cost of an edit, by the size of its document',
  method:
    'One person types 35 characters a second into a document of paragraphs, another reads. First 15 s that do not count, so that Quire’s first fold of the journal and the start of its thread for folds are over in every size; then, when the server is calm again, 10 s after 2 s of warming up. In no size do these hold one of Quire’s folds: what an edit costs is without its share of them. They do hold one store of Hocuspocus, which puts it off for 10 s at most.',
  contestants: ['quire', 'hocuspocus', 'y-websocket'],
  metrics: documentSizes.flatMap(([size]): Metric[] => [
    { key: `cpuPerEditUs@${size}`, label: `CPU per edit at ${size}`, unit: 'µs', better: 'less' },
    { key: `p50Ms@${size}`, label: `p50 at ${size}`, unit: 'ms', better: 'less' },
    { key: `p99Ms@${size}`, label: `p99 at ${size}`, unit: 'ms', better: 'less' },
  ]),
  measure: async (stage) => {
    const readings: Record<string, number> = {};
    const sizes = stage.scale === 'full' ? documentSizes : [documentSizes[2]];
    for (const [size, bytes] of sizes) Object.assign(readings, await measureSize(stage, size, bytes));
    return readings;
  },
});

async function measureSize(stage: Stage, size: string, bytes: number): Promise<Readings> {
  const server = await stage.start();
  try {
    const readings = await stage.load('typeTogether', server, {
      documents: 1,
      peoplePerDocument: 2,
      writersPerDocument: 1,
      editsPerSecondPerWriter: EDITS_PER_SECOND,
      movesPerSecondPerWriter: 0,
      cursorWithEachEdit: false,
      withReceipts: false,
      contentBytes: stage.scale === 'short' ? Math.max(10, bytes / SHORT_DIVISOR) : bytes,
      ...settings[stage.scale],
    });
    expectComplete(readings);
    const cpuPerEditUs = perEach(stage.scale, readings.serverCpuUs, readings.edits);
    stage.say(`${size}: ${cpuPerEditUs.toFixed(0)} µs/edit, p99 ${readings.p99Ms.toFixed(1)} ms`);
    return {
      [`cpuPerEditUs@${size}`]: cpuPerEditUs,
      [`p50Ms@${size}`]: readings.p50Ms,
      [`p99Ms@${size}`]: readings.p99Ms,
    };
  } finally {
    await server.kill();
  }
}
