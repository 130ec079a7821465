// npm run bench: measures Quire beside what others use, on this machine, and says what came out.
import { join } from 'node:path';
import { describeMachine } from './machine.ts';
import { measureAll } from './measure.ts';
import { mergeResults } from './merge-results.ts';
import { type BenchOptions, parseBenchOptions, usage } from './options.ts';
import { installPeers } from './peers/install-peers.ts';
import { describeDisturbance } from './report/disturbed.ts';
import { judge } from './report/goals.ts';
import { renderPlain } from './report/plain-text.ts';
import { publish } from './report/publish.ts';
import { tabulate, tabulateVerdicts } from './report/summary.ts';
import { describeContestants, type Results, readResults, workloadsOf, writeResults } from './results.ts';
import { describeSource, nameSource } from './source.ts';
import { createWorkloads } from './workloads/index.ts';

const say = (line: string): void => console.error(line);

async function measure(options: BenchOptions): Promise<Results> {
  installPeers(say);
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  say(
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverages.join()}`,
  );
  const source = describeSource();
  say(nameSource(source));
  const contestants = describeContestants(options.contestants);
  for (const [name, description] of Object.entries(contestants)) say(`${name}: ${description}`);
  const beganAt = performance.now();
  const { samples, failures } = await measureAll(options, say);
  const durationMinutes = Math.round((performance.now() - beganAt) / 60_000);
  const { scale, runs, level } = options;
  const sources = [{ source, workloads: workloadsOf({ samples, failures }) }];
  const results = { startedAt, durationMinutes, scale, runs, level, machine, sources, contestants, samples, failures };
  const path = options.output ?? join(import.meta.dirname, 'results', `${startedAt.replaceAll(':', '-')}.json`);
  writeResults(path, results);
  say(`results: ${path}`);
  return results;
}

function report(results: Results): void {
  for (const workload of createWorkloads()) {
    if (!results.samples.some((sample) => sample.workload === workload.name)) continue;
    console.log(`\n${workload.title}\n\n${renderPlain(tabulate(results, workload))}`);
  }
  const verdicts = results.scale === 'full' && results.level === null ? judge(results) : [];
  if (verdicts.length > 0) console.log(`\nGoals\n\n${renderPlain(tabulateVerdicts(verdicts, results.runs))}`);
  console.log(`\n${describeDisturbance(results.samples)}`);
  for (const { workload, contestant, run, message } of results.failures) {
    console.log(`\nFAILED ${workload}, ${contestant}, run ${run}: ${message}`);
  }
}

function readOptions(): BenchOptions | null {
  try {
    return parseBenchOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return null;
  }
}

const options = readOptions();
if (options === null) {
  process.exitCode = 2;
} else {
  const results = options.from.length === 0 ? await measure(options) : mergeResults(options.from.map(readResults));
  report(results);
  if (options.publish) publish(results);
  process.exitCode = results.failures.length === 0 ? 0 : 1;
}
