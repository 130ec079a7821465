// Measures what metrics cost: the CPU per edit of a server with metrics on and off, in turns, and the time of a scrape
// with many sockets open. The server has the first core for itself. Prints what it finds; nothing depends on it.
//   node scripts/measure-metrics.ts [--sessions 10000] [--turns 12] [--seconds 8]
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCalls } from './monitoring/measure-calls.ts';
import { measureScrapes, median } from './monitoring/measure-scrapes.ts';
import { measureTyping } from './monitoring/measure-typing.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    turns: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '8' },
  },
});

if (availableParallelism() > 1) {
  execFileSync('taskset', ['-a', '-p', '-c', `1-${availableParallelism() - 1}`, String(process.pid)], {
    stdio: 'ignore',
  });
}
const turns = Number(values.turns);
const seconds = Number(values.seconds);
console.log(
  `Node ${process.version}, ${availableParallelism()} cores; a figure is a median, in brackets least and most`,
);

const costs = { on: [] as number[], off: [] as number[] };
for (let turn = 0; turn < turns; turn += 1) {
  // The machine drifts, so both are measured next to each other, and who goes first changes.
  for (const metrics of turn % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
    costs[metrics].push(await measureTyping({ metrics: metrics === 'on', seconds }));
  }
}
const describe = (figures: readonly number[]): string =>
  `${median(figures).toFixed(1)} (${Math.min(...figures).toFixed(1)}–${Math.max(...figures).toFixed(1)})`;
console.log(`server CPU per edit, metrics on:  ${describe(costs.on)} µs`);
console.log(`server CPU per edit, metrics off: ${describe(costs.off)} µs`);
const ratios = costs.on.map((on, turn) => on / (costs.off[turn] ?? Number.NaN));
const [least = '', middle = '', most = ''] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((ratio) =>
  ratio.toFixed(3),
);
console.log(`on/off, turn by turn: ${middle} (${least}–${most}), ${turns} turns of ${seconds} s`);

const calls = Array.from({ length: 5 }, () => measureCalls(5));
console.log(`the calls that count one edit, by themselves: ${median(calls).toFixed(2)} µs`);

for (const sessions of [0, Number(values.sessions)]) {
  const { bytes, scrapesMs } = await measureScrapes(sessions);
  console.log(`a scrape with ${sessions} sessions: ${describe(scrapesMs)} ms, ${bytes} bytes`);
}
