import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { readSnippetsFor } from '../../scripts/snippets/read-snippets.ts';

const root = dirname(dirname(import.meta.dirname));
const CALL = 'npm run bench -- ';
const PROFILES = '/tmp/profiles';

export interface Ran {
  /** What the bench was called with. */
  readonly args: readonly string[];
  readonly status: number | null;
  readonly printed: string;
  readonly results: string;
}

/**
 * Runs the block of docs/benchmarks.md that says that this test does, in the checkout, with whatever it makes in a directory of the test's own.
 * What ends the test ends it, and with it all that it has started.
 */
export async function runDocumentedBlock(test: string, directory: string): Promise<Ran> {
  const [block, ...others] = readSnippetsFor(root, test);
  if (block === undefined || others.length > 0) throw new Error(`${test} runs one block of the docs: no less, no more`);
  const { code } = block;
  const [, options = ''] = code.match(new RegExp(`^${CALL}(.*)$`, 'm')) ?? [];
  const results = join(directory, 'results.json');
  const untilEnd = 'setpriv --pdeathsig KILL';
  const script = code
    .replace(CALL, `${untilEnd} node ${join(import.meta.dirname, 'main.ts')} --json ${results} `)
    .replaceAll(PROFILES, join(directory, 'profiles'));
  const [program = '', ...words] = [...untilEnd.split(' '), 'bash', '-euc', script];
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const child = spawn(program, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { args: options.split(' '), status, printed, results };
}
