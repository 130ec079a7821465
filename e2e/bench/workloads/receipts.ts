import { expectComplete } from '../load/typing-room.ts';
import { type Metric, measuredAt, type Readings, type Stage, type Workload } from './workload.ts';

const rates = [100, 1000] as const;
const DOCUMENTS = 20;
const PEOPLE_PER_DOCUMENT = 5;

const settings = {
  full: { warmUpMs: 2000, measureMs: 10_000, drainMs: 5000 },
  short: { warmUpMs: 200, measureMs: 600, drainMs: 30_000 },
} as const;

export const receipts = (): Workload => ({
  name: 'receipts',
  title: 'Receipts',
  method:
    '100 people in 20 documents write 100, then 1,000 edits a second in all; from the write to its receipt. Quire’s says that the edit is on disk, Hocuspocus’s that it is in memory.',
  contestants: ['quire', 'hocuspocus'],
  metrics: rates.flatMap((rate): Metric[] => [
    { key: `receiptP50Ms@${rate}`, label: `p50 at ${rate}/s`, unit: 'ms', better: 'less' },
    { key: `receiptP99Ms@${rate}`, label: `p99 at ${rate}/s`, unit: 'ms', better: 'less' },
  ]),
  measure: async (stage) => {
    const readings: Record<string, number> = {};
    for (const rate of measuredAt(stage.scale, rates)) Object.assign(readings, await measureAt(stage, rate));
    return readings;
  },
});

async function measureAt(stage: Stage, rate: number): Promise<Readings> {
  const server = await stage.start();
  try {
    const readings = await stage.load('typeTogether', server, {
      documents: DOCUMENTS,
      peoplePerDocument: PEOPLE_PER_DOCUMENT,
      writersPerDocument: PEOPLE_PER_DOCUMENT,
      editsPerSecondPerWriter: rate / (DOCUMENTS * PEOPLE_PER_DOCUMENT),
      movesPerSecondPerWriter: 0,
      cursorWithEachEdit: false,
      rehearsalMs: 0,
      withReceipts: true,
      contentBytes: 0,
      ...settings[stage.scale],
    });
    expectComplete(readings);
    if (readings.receipts < readings.edits) {
      throw new Error(`${readings.edits - readings.receipts} of ${readings.edits} edits got no receipt`);
    }
    return {
      [`receiptP50Ms@${rate}`]: readings.receiptP50Ms,
      [`receiptP99Ms@${rate}`]: readings.receiptP99Ms,
    };
  } finally {
    await server.kill();
  }
}
