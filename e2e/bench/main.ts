// npm run bench: measures Quire beside what others use, on this machine, and says what came out.
import { join } from 'node:path';
import { peers } from './contestants.ts';
import { describeMachine } from './machine.ts';
import { type Measured, measureAll } from './measure.ts';
import { mergeResults } from './merge-results.ts';
import { findMissingPrograms } from './needs.ts';
import { type BenchOptions, parseBenchOptions, usage } from './options.ts';
import { installPeers } from './peers/install-peers.ts';
import { describeDisturbance } from './report/disturbed.ts';
import { describeUnjudged } from './report/failures.ts';
import { judge } from './report/goals.ts';
import { renderPlain } from './report/plain-text.ts';
import { publish } from './report/publish.ts';
import { describeRun } from './report/setting.ts';
import { tabulate, tabulateVerdicts } from './report/summary.ts';
import { describeContestants, type Results, readResults, workloadsOf, writeResults } from './results.ts';
import { describeSource } from './source.ts';
import { createWorkloads } from './workloads/index.ts';

const say = (line: string): void => console.error(line);

/** What somebody can put right, in words for them; everything else is a fault of ours, and ends with its stack. */
class Hindrance extends Error {
  override readonly name = 'Hindrance';
}

async function measure(options: BenchOptions): Promise<Results> {
  const missing = process.platform === 'linux' ? findMissingPrograms(options) : ['Linux, whose /proc is read'];
  if (missing.length > 0) throw new Hindrance(`the bench needs ${missing.join('; and ')}`);
  if (options.contestants.some((name) => peers.includes(name)))
    prepare(() => installPeers(say), 'Quire by itself needs none of them: --contestants quire,quire-yjs');
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const source = describeSource();
  const contestants = prepare(() => describeContestants(options.contestants));
  for (const line of describeRun({ machine, sources: [{ source, workloads: [] }], contestants })) say(line);
  const { scale, runs, level } = options;
  const path = options.output ?? join(import.meta.dirname, 'results', `${startedAt.replaceAll(':', '-')}.json`);
  const beganAt = performance.now();
  const describe = ({ samples, failures }: Measured): Results => {
    const durationMinutes = Math.round((performance.now() - beganAt) / 60_000);
    const sources = [{ source, workloads: workloadsOf({ samples, failures }) }];
    return { startedAt, durationMinutes, scale, runs, level, machine, sources, contestants, samples, failures };
  };
  let results = describe({ samples: [], failures: [] });
  prepare(() => writeResults(path, results));
  const stopListening = endOnSignals(() => say(`stopped: what was measured until now is in ${path}`));
  await measureAll(options, say, (measured) => {
    results = describe(measured);
    writeResults(path, results);
  });
  stopListening();
  say(`results: ${path}`);
  return results;
}

/** @param cure what whoever reads it can do, where that is not plain */
function prepare<T>(step: () => T, cure = ''): T {
  try {
    return step();
  } catch (error) {
    throw new Hindrance(`${(error as Error).message}${cure && `\n${cure}`}`, { cause: error });
  }
}

/** With the process end servers, load and their directories: see `scratch.ts` and `server-process.ts`. */
function endOnSignals(tell: () => void): () => void {
  const end = (_signal: NodeJS.Signals, number: number): void => {
    tell();
    process.exit(128 + number);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

function report(results: Results): void {
  for (const workload of createWorkloads()) {
    if (!results.samples.some((sample) => sample.workload === workload.name)) continue;
    console.log(`\n${workload.title}\n\n${renderPlain(tabulate(results, workload))}`);
  }
  if (results.scale === 'full' && results.level === null) {
    const verdicts = judge(results);
    if (verdicts.length > 0) console.log(`\nGoals\n\n${renderPlain(tabulateVerdicts(verdicts, results.runs))}`);
    console.log(`\n${describeUnjudged(verdicts)}`);
  }
  console.log(`\n${describeDisturbance(results.samples)}`);
  for (const { workload, contestant, run, message } of results.failures) {
    console.log(`\nFAILED ${workload}, ${contestant}, run ${run}: ${message}`);
  }
}

async function main(options: BenchOptions): Promise<number> {
  const results =
    options.from.length === 0
      ? await measure(options)
      : prepare(() => mergeResults(options.from.map((path) => readResults(path))));
  if (options.from.length > 0) console.log(describeRun(results).join('\n'));
  report(results);
  if (options.publish) prepare(() => publish(results));
  return results.failures.length === 0 ? 0 : 1;
}

function readOptions(): BenchOptions | 'help' | null {
  try {
    return parseBenchOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return null;
  }
}

const options = readOptions();
if (options === null) process.exitCode = 2;
else if (options === 'help') console.log(usage);
else {
  try {
    process.exitCode = await main(options);
  } catch (error) {
    if (!(error instanceof Hindrance)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
