// Measures what metrics cost: the CPU per edit of one server while they are switched on and off in turns, what watching the
// process costs a second by itself, what the calls take that count an edit, and the time of a scrape with many sockets open.
// The server has the first core for itself. Prints what it finds; nothing depends on it.
//   node scripts/measure-metrics.ts [--sessions 10000] [--pairs 400] [--control]
// With --control nothing is switched: how far two halves of the same are apart.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCalls } from './monitoring/measure-calls.ts';
import { measureIdle } from './monitoring/measure-idle.ts';
import { measureScrapes, median } from './monitoring/measure-scrapes.ts';
import { measureSwitching } from './monitoring/measure-switching.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    pairs: { type: 'string', default: '400' },
    control: { type: 'boolean', default: false },
  },
});

const cores = availableParallelism(); // of the machine: what this process may use is less from here on
if (cores > 1) {
  execFileSync('taskset', ['-a', '-p', '-c', `1-${cores - 1}`, String(process.pid)], { stdio: 'ignore' });
}
console.log(`Node ${process.version}, ${cores} cores`);

const { on, off, ratio, least, most, pairs } = await measureSwitching(Number(values.pairs), !values.control);
console.log(`server CPU per edit: ${on.toFixed(1)} µs with metrics, ${off.toFixed(1)} µs while they are switched off`);
console.log(
  `${values.control ? 'nothing switched' : 'on/off'}: ${ratio.toFixed(3)}, in 95 % of resamplings ${least.toFixed(3)} to ${most.toFixed(3)}, ${pairs} pairs of slices`,
);

const calls = Array.from({ length: 5 }, () => measureCalls(5));
console.log(`the calls that count one edit, by themselves: ${median(calls).toFixed(2)} µs`);

const idle = await measureIdle();
console.log(
  `a server with nothing to do: ${idle.on.toFixed(2)} ms of CPU a second with metrics, ${idle.off.toFixed(2)} while they are switched off`,
);

for (const sessions of [0, Number(values.sessions)]) {
  const { bytes, scrapesMs } = await measureScrapes(sessions);
  console.log(
    `a scrape with ${sessions} sessions: ${median(scrapesMs).toFixed(1)} ms (${Math.min(...scrapesMs).toFixed(1)}–${Math.max(...scrapesMs).toFixed(1)}), ${bytes} bytes`,
  );
}
