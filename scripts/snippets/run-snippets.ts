// Runs the code blocks of README.md, docs/ and the packages, each against a server of its own.
//   node scripts/snippets/run-snippets.ts                  all of them
//   node scripts/snippets/run-snippets.ts docs/events.md   those of a page
//   … --root FOLDER                                        those of pages that lie elsewhere; may be given several times
//   … --report FILE                                        outcomes as JSON, for a test
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { readSnippets, type Snippet } from './read-snippets.ts';
import { createBlockRunner } from './run-block.ts';
import { SECRET, signToken } from './stage.ts';

/** What became of a block; `fault` is null where it did what it says. */
export interface Outcome {
  readonly place: string;
  readonly fault: string | null;
  readonly tookMs: number;
}

/** Long, for a machine on which much else runs: what hangs, hangs for ever. */
const DEADLINE_MS = 60_000;

const root = dirname(dirname(import.meta.dirname));
const { values, positionals } = parseArgs({
  options: { report: { type: 'string' }, root: { type: 'string', multiple: true } },
  allowPositionals: true,
});

/** What is thrown where nobody awaits it, by the block that runs. */
let strays: unknown[] = [];
process.on('uncaughtException', (error) => strays.push(error));
process.on('unhandledRejection', (error) => strays.push(error));
process.env.QUIRE_JWT_SECRETS = SECRET;
process.env.TOKEN = await signToken();

const blocks = createBlockRunner(root);
const outcomes: Outcome[] = [];
for (const snippet of (values.root ?? [root]).flatMap(readSnippets)) {
  if (snippet.fate.kind !== 'run' || (positionals.length > 0 && !positionals.includes(snippet.page))) continue;
  const outcome = await attempt(snippet);
  outcomes.push(outcome);
  if (values.report === undefined) console.info(`${outcome.place} ${outcome.fault ?? `ran in ${outcome.tookMs} ms`}`);
}
blocks.close();
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(outcomes));
// What blocks leave open, as a page does until it is closed, ends here.
process.exit(outcomes.every(({ fault }) => fault === null) ? 0 : 1);

async function attempt(snippet: Snippet): Promise<Outcome> {
  strays = [];
  const begun = performance.now();
  let fault: string | null = null;
  try {
    await withDeadline(blocks.run(snippet));
    if (strays.length > 0) throw strays[0];
  } catch (error) {
    fault = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  }
  return { place: `${snippet.page}:${snippet.line}`, fault, tookMs: Math.round(performance.now() - begun) };
}

async function withDeadline(work: Promise<void>): Promise<void> {
  const patience = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`it has not ended within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    patience.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    patience.abort();
  }
}
