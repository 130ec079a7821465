import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasEnded, watchChild } from './child-life.ts';
import { makeDataDirectory, removeDataDirectory } from './data-directory.ts';
import { eventually } from './eventually.ts';
import { pickPort } from './pick-port.ts';
import { until } from './until.ts';

export interface ServerProcessOptions {
  /** Left out: a directory of its own, removed by `stop`. */
  readonly data?: string;
  /** Left out: any free one. */
  readonly port?: number;
  /** What a start waits for: that it takes edits, or that it answers at all, as a node does that catches up. Left out: `edits`. */
  readonly startsWith?: 'edits' | 'answers';
  /** Settings, as `QUIRE_…` variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to start in the place of `quire serve`; it is given the same settings, as variables only. */
  readonly program?: readonly [string, ...string[]];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server in a process of its own. After `kill`, `restart` starts it again at the same address and on the same data. */
export interface ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `ws://127.0.0.1:port`; `/collab` and `/yjs` hang below it. */
  readonly wsUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly data: string;
  /** Everything that all its lives have printed. */
  readonly log: string;
  /** Resolves once the process is gone; says how it ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Starts it again, after ending it with SIGTERM if it still runs. */
  restart(): Promise<void>;
  /** Starts it again and kills it that much later, ready or not. */
  restartBriefly(lifetimeMs: number): Promise<Exit>;
  /** Ends it, and removes the directory if it was its own. Fails when the server didn't end cleanly by itself. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 30_000;
const EXIT_TIMEOUT_MS = 20_000;
const LOG_TAIL_CHARACTERS = 8_000;
const ASK_EVERY_MS = 20;

/** Where Node keeps compiled code by itself, once it is told to; it has there what has the same source, and nothing else. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');

/** What the launcher of this installation is, whatever `PATH` says. */
const launcher = findLauncher();

/**
 * Starts `quire serve` on a free port of loopback; resolves once it takes edits.
 *
 * @example
 * const server = await startServerProcess();
 * const ada = joinWithHocuspocus(server.wsUrl, 'plan');
 * await server.stop();
 */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const data = options.data ?? (await makeDataDirectory());
  const port = options.port ?? (await pickPort());
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  let child = await launch();

  function spawnChild(): ChildProcess {
    const [command, ...args] = options.program ?? [launcher, 'serve'];
    const settings = { QUIRE_HOST: '127.0.0.1', QUIRE_PORT: String(port), QUIRE_DATA: data, QUIRE_LOG_FORMAT: 'json' };
    const started = spawn(command, args, {
      // A thousand modules are read at every start: compiling them is half of its time.
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...cleanEnvironment(), ...settings, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    watchChild(started, (text) => {
      log += text;
    });
    return started;
  }

  async function launch(): Promise<ChildProcess> {
    const said = log.length;
    const started = spawnChild();
    let failure: Error | null = null;
    started.once('error', (error) => {
      failure = error;
    });
    const check = (): void => {
      if (failure !== null) throw failure;
      if (hasEnded(started)) throw new Error(`the server ended with ${describeExit(exitOf(started))}`);
    };
    try {
      if (options.startsWith === 'answers') await untilAnswering(url, data, started, check);
      else {
        await until(
          () => {
            check();
            return isReady(log.slice(said), started, port);
          },
          { what: 'the server has not said that it is ready', timeoutMs: READY_TIMEOUT_MS },
        );
      }
      await expectOneProcess(started, data);
    } catch (error) {
      if (isStarted(started)) started.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${tail(log)}`, { cause: error });
    }
    return started;
  }

  async function end(signal: NodeJS.Signals): Promise<Exit> {
    child.kill(signal);
    return waitForExit(child, log);
  }

  return {
    url,
    wsUrl: `ws://127.0.0.1:${port}`,
    port,
    data,
    get pid() {
      return pidOf(child);
    },
    get log() {
      return log;
    },
    kill: (signal = 'SIGKILL') => end(signal),
    async restart() {
      if (!hasEnded(child)) await end('SIGTERM');
      child = await launch();
    },
    async restartBriefly(lifetimeMs) {
      if (!hasEnded(child)) await end('SIGTERM');
      child = spawnChild();
      await new Promise((resolve) => setTimeout(resolve, lifetimeMs));
      return end('SIGKILL');
    },
    async stop() {
      const wasRunning = !hasEnded(child);
      const exit = await end('SIGTERM');
      if (options.data === undefined) await removeDataDirectory(data);
      if (wasRunning && exit.code !== 0) throw new Error(`the server ended with ${describeExit(exit)}\n${tail(log)}`);
    },
  };
}

/** Until it has opened its data, and says of itself whether it takes edits. */
async function untilAnswering(url: string, data: string, child: ChildProcess, check: () => void): Promise<void> {
  await eventually(
    async () => {
      check();
      try {
        const { pid } = JSON.parse(await readFile(join(data, 'owner.json'), 'utf8')) as { readonly pid: number };
        if (pid === child.pid) {
          await (await fetch(`${url}/readyz`)).arrayBuffer();
          return true;
        }
      } catch {
        // There is no such file yet, or half of it, or nothing listens.
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      return false;
    },
    { what: 'the server does not answer', timeoutMs: READY_TIMEOUT_MS },
  );
}

/**
 * A signal to the pid that we know must reach the server itself: a launcher in between, or a second process, would make
 * every crash test a test of something else.
 */
async function expectOneProcess(child: ChildProcess, data: string): Promise<void> {
  const owner = JSON.parse(await readFile(join(data, 'owner.json'), 'utf8')) as { pid: number };
  const pid = pidOf(child);
  if (owner.pid !== pid) throw new Error(`the data is held by process ${owner.pid}, but ${pid} was started`);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  if (children !== '') throw new Error(`the server is not one process: it has started ${children}`);
}

/** The line that the server prints for people and scripts names its port and its pid. */
function isReady(log: string, child: ChildProcess, port: number): boolean {
  return log.split('\n').some((line) => line.includes(' is ready at ') && line.includes(`:${port} (pid ${child.pid})`));
}

/** The runner's own `QUIRE_…` settings, and what npm tells the programs that it starts, are none of the server's business. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(QUIRE|npm|VITEST|NODE_OPTIONS|NODE_ENV)/.test(name)),
  );
}

function findLauncher(): string {
  const server = dirname(dirname(fileURLToPath(import.meta.resolve('@quire/server'))));
  return join(server, 'bin', 'quire.sh');
}

/** Node signals any number that lies in its memory for a child that could not be started; 0 is its own process group. */
function isStarted(child: ChildProcess): boolean {
  return child.pid !== undefined;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process was never started');
  return child.pid;
}

function exitOf(child: ChildProcess): Exit {
  return { code: child.exitCode, signal: child.signalCode };
}

async function waitForExit(child: ChildProcess, log: string): Promise<Exit> {
  await until(() => hasEnded(child), {
    what: () => `process ${child.pid} has not ended\n${tail(log)}\n`,
    timeoutMs: EXIT_TIMEOUT_MS,
    onChange: (look) => {
      child.once('exit', look);
      return () => child.off('exit', look);
    },
  });
  return exitOf(child);
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `status ${code}` : signal;
}

function tail(log: string): string {
  return `--- the last that it printed ---\n${log.slice(-LOG_TAIL_CHARACTERS)}`;
}
