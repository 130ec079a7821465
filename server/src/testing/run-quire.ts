import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/quire.sh', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly finished: Promise<Finished>;
  readonly stdout: string;
  kill(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Run under a terminal of its own. */
  readonly onTerminal?: boolean;
}

/** Runs the command line with nothing of the environment in which the tests run. */
export function runQuire(
  args: readonly string[],
  { directory, environment = {}, onTerminal = false }: RunOptions,
): Running {
  const words = [launcher, ...args];
  // `script` gives it a terminal; `exec` lets signals reach it.
  const command: [string, readonly string[]] = onTerminal
    ? ['script', ['-qefc', `exec ${words.join(' ')}`, '/dev/null']]
    : [launcher, args];
  const child = spawn(...command, {
    cwd: directory,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'xterm', ...environment },
    stdio: [onTerminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  return {
    get stdout() {
      return stdout;
    },
    finished: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, stdout, stderr }));
    }),
    // Control-C typed into the terminal, or the signal itself.
    kill: (signal) => (onTerminal && signal === 'SIGINT' ? child.stdin?.write('\x03') : child.kill(signal)),
  };
}
