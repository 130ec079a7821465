import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { isPromised, readPromisedOutput, type Snippet } from './read-snippets.ts';
import { openStage, type Stage } from './stage.ts';
import { asksForTokens, givens, proofs } from './surroundings.ts';

export interface BlockRunner {
  /** Resolves once it has done what it says; one that nobody is to run does nothing. */
  run(snippet: Snippet): Promise<void>;
  close(): void;
}

/** With `curl` that fails where the server refuses, and `npx` that finds what it names in this checkout and nowhere else. */
const SHELL_PREAMBLE = `
curl() { command curl --fail-with-body --silent --show-error --max-time 10 "$@"; }
npx() { "$@"; }
`;

/** One block after the other: each has the working directory and the console to itself. */
export function createBlockRunner(root: string): BlockRunner {
  const scratch = mkdtempSync(join(tmpdir(), 'quire-snippets-'));
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  // Below the root, where what they import is found.
  const modules = mkdtempSync(join(cache, 'snippets-'));
  let count = 0;

  async function runModule(code: string, stage: Stage): Promise<readonly string[]> {
    const file = join(modules, `${count++}.mjs`);
    writeFileSync(file, stage.readdress(code));
    // By this name surroundings and proofs know it.
    Object.assign(globalThis, { stage });
    return withPrinted(() => import(pathToFileURL(file).href));
  }

  return {
    async run({ code, fate, language }) {
      if (fate.kind !== 'run') return;
      const folder = join(scratch, String(count++));
      mkdirSync(folder);
      process.chdir(folder);
      const stage = await openStage(folder, { asksForTokens: asksForTokens(code, fate.given) });
      const before = fate.given.map((name) => lookUp(givens, name)).join('\n');
      const behind = fate.proofs.map((name) => lookUp(proofs, name)).join('\n');
      if (language === 'sh') {
        await runModule(before, stage);
        await runShell(stage.readdress(code), folder, join(root, 'node_modules', '.bin'));
        await runModule(behind, stage);
        return;
      }
      const program = language === 'ts' ? stripTypeScriptTypes(code) : code;
      const printed = await runModule([before, program, behind].join('\n'), stage);
      const promised = readPromisedOutput(code);
      if (promised !== null && !isPromised(printed, promised)) {
        throw new Error(`it prints ${inspect(printed)}, and says that it prints ${inspect(promised)}`);
      }
    },
    close() {
      process.chdir(root);
      rmSync(modules, { recursive: true });
      rmSync(scratch, { recursive: true });
    },
  };
}

function lookUp(table: Readonly<Record<string, string>>, name: string): string {
  const code = table[name];
  if (code === undefined) throw new Error(`nobody knows what "${name}" is: see scripts/snippets/surroundings.ts`);
  return code;
}

/** @returns what `console.log` was told meanwhile */
async function withPrinted(task: () => Promise<unknown>): Promise<readonly string[]> {
  const printed: string[] = [];
  const { log } = console;
  console.log = (...words: readonly unknown[]) => {
    printed.push(words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' '));
  };
  try {
    await task();
    return printed;
  } finally {
    console.log = log;
  }
}

async function runShell(code: string, folder: string, bin: string): Promise<void> {
  const shell = spawn('sh', ['-eu', '-c', `${SHELL_PREAMBLE}${code}`], {
    cwd: folder,
    env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const status = await new Promise((resolve, reject) => {
    shell.once('error', reject);
    shell.once('close', resolve);
  });
  if (status !== 0) throw new Error(`it ends with ${status}:\n${said}`);
}
