// Measures what metrics cost: the CPU per edit of a server with metrics on and off, in turns, and the time of a scrape
// with many sockets open. The servers have the first core for themselves. Prints what it finds; nothing depends on it.
//   node scripts/measure-metrics.ts [--sessions 10000] [--turns 8] [--slices 12] [--control]
// With --control both servers are without metrics: what two servers differ by that are the same.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCalls } from './monitoring/measure-calls.ts';
import { measureScrapes, median } from './monitoring/measure-scrapes.ts';
import { type Cost, openTypingStage, type TypingStage } from './monitoring/measure-typing.ts';

/** Until the code of a server is compiled, in other threads of its process: whoever counts more has more to compile, once. */
const WARM_UP_SECONDS = 60;
const SLICE_SECONDS = 2;

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    turns: { type: 'string', default: '8' },
    slices: { type: 'string', default: '12' },
    control: { type: 'boolean', default: false },
  },
});

const cores = availableParallelism(); // of the machine: what this process may use is less from here on
if (cores > 1) {
  execFileSync('taskset', ['-a', '-p', '-c', `1-${cores - 1}`, String(process.pid)], { stdio: 'ignore' });
}
const turns = Number(values.turns);
const slices = Number(values.slices);
console.log(`Node ${process.version}, ${cores} cores; a figure is a median, in brackets least and most`);

const sum = (costs: readonly Cost[]): number =>
  costs.reduce((total, { microseconds }) => total + microseconds, 0) /
  costs.reduce((total, { edits }) => total + edits, 0);

/**
 * Two servers that are there at once, in slices so short that the machine has no time to drift between them; who goes first
 * changes with each slice, and who was started first with each turn. @returns µs of CPU per edit
 */
async function measureTurn(turn: number): Promise<{ on: number; off: number }> {
  const opened: TypingStage[] = [];
  const open = async (metrics: boolean): Promise<TypingStage> => {
    const stage = await openTypingStage(metrics);
    opened.push(stage);
    return stage;
  };
  try {
    const withMetrics = !values.control;
    const [first, second] = turn % 2 === 0 ? [withMetrics, false] : [false, withMetrics];
    const [one, other] = [await open(first), await open(second)];
    const stages = turn % 2 === 0 ? { on: one, off: other } : { on: other, off: one };
    const costs: Record<'on' | 'off', Cost[]> = { on: [], off: [] };
    await Promise.all([stages.on, stages.off].map(({ typeFor }) => typeFor(WARM_UP_SECONDS)));
    for (let slice = 0; slice < slices; slice += 1) {
      for (const side of slice % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
        costs[side].push(await stages[side].typeFor(SLICE_SECONDS));
      }
    }
    return { on: sum(costs.on), off: sum(costs.off) };
  } finally {
    await Promise.all(opened.map((stage) => stage.close()));
  }
}

const costs = { on: [] as number[], off: [] as number[] };
for (let turn = 0; turn < turns; turn += 1) {
  const { on, off } = await measureTurn(turn);
  costs.on.push(on);
  costs.off.push(off);
}
const describe = (figures: readonly number[]): string =>
  `${median(figures).toFixed(1)} (${Math.min(...figures).toFixed(1)}–${Math.max(...figures).toFixed(1)})`;
console.log(`server CPU per edit, metrics ${values.control ? 'off' : 'on'}:  ${describe(costs.on)} µs`);
console.log(`server CPU per edit, metrics off: ${describe(costs.off)} µs`);
const ratios = costs.on.map((on, turn) => on / (costs.off[turn] ?? Number.NaN));
const [least = '', middle = '', most = ''] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((ratio) =>
  ratio.toFixed(3),
);
console.log(
  `${values.control ? 'off' : 'on'}/off, turn by turn: ${middle} (${least}–${most}), ${turns} turns of ${slices} slices of ${SLICE_SECONDS} s each`,
);

const calls = Array.from({ length: 5 }, () => measureCalls(5));
console.log(`the calls that count one edit, by themselves: ${median(calls).toFixed(2)} µs`);

for (const sessions of [0, Number(values.sessions)]) {
  const { bytes, scrapesMs } = await measureScrapes(sessions);
  console.log(`a scrape with ${sessions} sessions: ${describe(scrapesMs)} ms, ${bytes} bytes`);
}
