import { expectComplete } from '../load/typing-room.ts';
import { perEach } from './per-each.ts';
import type { Metric, Readings, Stage, Workload } from './workload.ts';

/** Names and bytes of the documents that are typed into. */
export const documentSizes = [
  ['1 KB', 1_000],
  ['1 MB', 1_000_000],
  ['50 MB', 50_000_000],
] as const;

const EDITS_PER_SECOND = 50;
const settings = {
  // As long as Hocuspocus puts off its store at most, so that each window has one.
  full: { warmUpMs: 1000, measureMs: 10_000, drainMs: 5000 },
  short: { warmUpMs: 100, measureMs: 400, drainMs: 30_000 },
} as const;

/** The short form shows that it runs: the smallest and the largest, a thousandth as large. */
const SHORT_DIVISOR = 1000;

export const editCost = (): Workload => ({
  name: 'edit-cost',
  title: 'Cost of an edit, by the size of its document',
  method:
    'One person types 50 characters a second into a document of paragraphs, another reads; 10 s, begun when the server is calm again after the document was written.',
  contestants: ['quire', 'hocuspocus', 'y-websocket'],
  metrics: documentSizes.flatMap(([size]): Metric[] => [
    { key: `cpuPerEditUs@${size}`, label: `CPU per edit at ${size}`, unit: 'µs', better: 'less' },
    { key: `p50Ms@${size}`, label: `p50 at ${size}`, unit: 'ms', better: 'less' },
    { key: `p99Ms@${size}`, label: `p99 at ${size}`, unit: 'ms', better: 'less' },
  ]),
  measure: async (stage) => {
    const readings: Record<string, number> = {};
    const sizes = stage.scale === 'full' ? documentSizes : [documentSizes[0], documentSizes[2]];
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
      withReceipts: false,
      contentBytes: stage.scale === 'short' ? Math.max(10, bytes / SHORT_DIVISOR) : bytes,
      ...settings[stage.scale],
    });
    expectComplete(readings);
    const cpuPerEditUs = perEach(readings.serverCpuUs, readings.edits);
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
