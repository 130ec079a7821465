import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Contestant } from './contestants.ts';
import { findCores } from './cores.ts';
import type { Target } from './load/target.ts';
import { pin } from './pinned-command.ts';
import { makeScratch, removeScratch } from './scratch.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_TAIL_CHARACTERS = 2_000;
const UNCHECKED = 'none';

export interface ServerSettings {
  /** Kept over restarts; left out: one of its own, removed when it stops. */
  readonly dataDirectory?: string;
  /** Whether it can be asked to collect its garbage. */
  readonly withInspector?: boolean;
  /** Where a profile of what it is made to do goes; null for none. */
  readonly profilePath?: string | null;
  /** What it is told beyond its command. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface BenchServer {
  readonly target: Target;
  /** Asks it to end, so that it stores what it has. */
  stop(): Promise<void>;
  /** Ends it now: what it was asked to do is measured already. */
  kill(): Promise<void>;
  /** The last that it printed. */
  readonly lastWords: string;
}

const living = new Set<ChildProcess>();
// Before their directories are removed.
process.prependOnceListener('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a contestant in a process of its own, pinned to its core; the kernel ends it if this process dies. */
export async function startContestant(contestant: Contestant, settings: ServerSettings = {}): Promise<BenchServer> {
  const directory = settings.dataDirectory ?? (await makeScratch());
  const { program, args } = pin(findCores().server, contestant.command(directory));
  const child = spawn(program, args, {
    env: { ...cleanEnvironment(), ...nodeOptions(settings), ...contestant.environment, ...settings.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // It can't be signalled either: Node would take any number that lies in its memory for its pid.
  if (child.pid === undefined) throw await notStarted(child, contestant);
  living.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-100_000);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      living.delete(child);
      resolve();
    });
  });

  async function end(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(insist);
    if (settings.dataDirectory === undefined) await removeScratch(directory);
  }

  try {
    // A node of a cluster logs the addresses of others before it is ready.
    const port = Number(await waitForOutput(child, () => output, /ready at http:\/\/127\.0\.0\.1:(\d+)/));
    const { pid } = child;
    const { dialect, basePath, token = UNCHECKED } = contestant;
    let inspectorUrl: string | null = null;
    if (hasInspector(settings)) {
      child.kill('SIGUSR1');
      inspectorUrl = await waitForOutput(child, () => output, /Debugger listening on (ws:\S+)/);
    }
    return {
      target: { pid, port, dialect, basePath, token, inspectorUrl, profilePath: settings.profilePath ?? null },
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
      get lastWords() {
        return output.slice(-LOG_TAIL_CHARACTERS);
      },
    };
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`${contestant.label} did not start\n${output.slice(-LOG_TAIL_CHARACTERS)}`, { cause: error });
  }
}

async function notStarted(child: ChildProcess, { label }: Contestant): Promise<Error> {
  const [cause] = await once(child, 'error');
  return new Error(`${label} can't be started: ${(cause as Error).message}`, { cause });
}

/** The first group of the pattern, once what a child printed has it. */
export function waitForOutput(child: ChildProcess, readOutput: () => string, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = pattern.exec(readOutput())?.[1];
      if (found !== undefined) settle(() => resolve(found));
    };
    const fail = (): void => settle(() => reject(new Error('it ended')));
    const settle = (finish: () => void): void => {
      clearTimeout(timeout);
      child.stdout?.off('data', look);
      child.stderr?.off('data', look);
      child.off('exit', fail);
      finish();
    };
    const timeout = setTimeout(() => settle(() => reject(new Error('it took too long'))), READY_TIMEOUT_MS);
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', fail);
    child.once('error', fail);
    look();
  });
}

function hasInspector({ withInspector, profilePath }: ServerSettings): boolean {
  return withInspector === true || (profilePath ?? null) !== null;
}

/** Any free port: the usual one may be somebody else's. */
function nodeOptions(settings: ServerSettings): NodeJS.ProcessEnv {
  return hasInspector(settings) ? { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' } : {};
}

/** Neither settings of Quire nor npm's variables of this run may change what is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(QUIRE|npm|VITEST|NODE_OPTIONS|NODE_ENV|CALLBACK)/.test(name)),
  );
}
