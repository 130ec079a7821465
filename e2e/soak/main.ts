// npm run soak: a mixed load on one real server, and then the question whether everything it took was given back.
import { parseSoakOptions, type SoakOptions, usage } from './options.ts';
import { describeLeaks, renderRows, showValue } from './report.ts';
import { runSoak, type SoakResult } from './soak.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) return 2;
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const { minutes, seed } = options;
  const again = `npm run soak -- --minutes ${minutes} --seed ${seed}`;
  console.log(`seed ${seed}: ${again}`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  try {
    const result = await runSoak({ minutes, seed, signal: stop.signal, say: (line) => console.log(line) });
    return report(result, again);
  } catch (error) {
    console.error(`FAILED ${error instanceof Error ? error.message : String(error)}`);
    console.error(`again with: ${again}`);
    return 1;
  }
}

function report({ rows, faults, tally, documents }: SoakResult, again: string): number {
  const deeds = Object.entries(tally).map(([deed, times]) => `${deed} ${showValue(times, 'items')}`);
  console.log(`\n${renderRows(rows)}\n\n${deeds.join(', ')}; ${documents} documents were compared`);
  const problems = [...faults, ...describeLeaks(rows)];
  if (problems.length === 0) {
    console.log('\nPASSED: everything came back to where it was, and nothing that was receipted is missing');
    return 0;
  }
  for (const problem of problems) console.error(`FAILED ${problem}`);
  console.error(`again with: ${again}`);
  return 1;
}

function readOptions(args: readonly string[]): SoakOptions | 'help' | null {
  try {
    return parseSoakOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return null;
  }
}
