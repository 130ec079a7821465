import type { AcrossReadings } from '../load/type-across.ts';
import { expectComplete } from '../load/typing-room.ts';
import { perEach } from './per-each.ts';
import { withNodes } from './two-nodes.ts';
import type { Metric, Readings, Stage, Workload } from './workload.ts';

/** Where nobody reads, documents are open at the node of their writers alone. */
const sides = ['closed', 'open'] as const;
type Side = (typeof sides)[number];

const settings = {
  full: { documents: 200, editsPerSecond: 1_000, settleMs: 2000, warmUpMs: 15_000, measureMs: 10_000, drainMs: 5000 },
  short: { documents: 4, editsPerSecond: 40, settleMs: 200, warmUpMs: 200, measureMs: 600, drainMs: 30_000 },
} as const;

/** What one node costs another: each has all documents, and stores what is written at the other. */
export const replication = (): Workload => ({
  name: 'replication',
  title: 'What one node’s edits cost another',
  method:
    'As for two nodes and their Redis, but with 1,000 edits a second in 200 documents, all written at one node; first nobody has these documents open at the other, then one person reads each of them there. 10 s after 15 s of warming up; CPU is less what both take when nobody types. Both nodes share the core, so that 1,000 µs in all would be its end. No document has so many edits that a journal is folded.',
  contestants: ['quire'],
  metrics: sides.flatMap(describe),
  measure: async (stage) => {
    const readings: Record<string, number> = {};
    for (const side of sides) Object.assign(readings, await measureSide(stage, side));
    return readings;
  },
});

function describe(side: Side): Metric[] {
  const there = side === 'closed' ? 'closed there' : 'open there, one reader';
  return [
    { key: `cpuHereUs@${side}`, label: `CPU where it is written, per edit, ${there}`, unit: 'µs', better: 'less' },
    { key: `cpuThereUs@${side}`, label: `CPU at the other node, per edit, ${there}`, unit: 'µs', better: 'less' },
    { key: `redisCommands@${side}`, label: `Redis commands per edit, ${there}`, unit: '', better: 'less' },
  ];
}

async function measureSide(stage: Stage, side: Side): Promise<Readings> {
  const readings = await withNodes(stage, 0, ({ first, second, redis }) =>
    stage.load('typeAcross', first, {
      other: second.target,
      redisPort: redis.port,
      hasReaders: side === 'open',
      ...settings[stage.scale],
    }),
  );
  expectAllThere(readings);
  const named = read(stage, readings);
  stage.say(`${side}: ${named.cpuHereUs.toFixed(0)} µs where it is written, ${named.cpuThereUs.toFixed(0)} µs there`);
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${name}@${side}`, value]));
}

/** @throws when the other node lacks something: what was measured then is one that does not keep up */
function expectAllThere(readings: AcrossReadings): void {
  const { entries, entriesThere } = readings;
  expectComplete(readings);
  if (entriesThere < entries)
    throw new Error(`${entries - entriesThere} of ${entries} entries are not at the other node`);
}

function read({ scale }: Stage, { busy, edits, idle }: AcrossReadings) {
  const beyondIdle = (of: 'cpuUs' | 'otherCpuUs' | 'commands'): number => perEach(scale, busy[of] - idle[of], edits);
  return {
    cpuHereUs: beyondIdle('cpuUs'),
    cpuThereUs: beyondIdle('otherCpuUs'),
    redisCommands: beyondIdle('commands'),
  };
}
