import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../eventually.ts';

/** Whoever can end the server and start it again, for the checks of what is on its disk. */
export interface Operator {
  /** Resolves once it is gone, without having been asked. */
  kill(): Promise<void>;
  /** Resolves once it listens again, at the same address and on the same data. */
  restart(): Promise<void>;
}

/** The server could not be ended or started as whoever runs the suite said: nothing is known about the server by that. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

export interface ShellOptions {
  /** Every time limit is multiplied by it. Left out: 1. */
  readonly patience?: number;
}

export interface ShellCommands {
  readonly kill: string;
  readonly restart: string;
}

const KILL_TIMEOUT_MS = 10_000;
const START_TIMEOUT_MS = 60_000;
const ASK_EVERY_MS = 20;

/**
 * An operator who runs two commands in a shell. That which restarts may end once the server is up, or stay as the server
 * itself; it then outlives the suite, as the server did that was killed.
 */
export function operateByShell(url: string, commands: ShellCommands, { patience = 1 }: ShellOptions = {}): Operator {
  return {
    async kill() {
      const { ended } = runInShell(commands.kill, { isDetached: false });
      expectSuccess(commands.kill, await ended);
      await untilListening(
        url,
        { shouldListen: false, timeoutMs: KILL_TIMEOUT_MS * patience },
        `--kill-command (${commands.kill}) has ended, and something still listens at ${url}`,
      );
    },
    async restart() {
      const { ended, release } = runInShell(commands.restart, { isDetached: true });
      const failed = ended.then((exit) => expectSuccess(commands.restart, exit));
      failed.catch(() => {}); // after the server is up, its end is no failure of the command
      const up = untilListening(
        url,
        { shouldListen: true, timeoutMs: START_TIMEOUT_MS * patience },
        `--restart-command (${commands.restart}) has brought nothing up at ${url}`,
      );
      await Promise.race([up, failed.then(() => up)]);
      release();
    },
  };
}

interface ShellExit {
  readonly code: number | null;
  readonly said: string;
}

function runInShell(command: string, { isDetached }: { readonly isDetached: boolean }) {
  // What stays is not to be tied to us by a pipe: it would get an error for the first that it prints after our end.
  const child = spawn('sh', ['-c', command], { detached: isDetached, stdio: isDetached ? 'ignore' : 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<ShellExit>((resolve, reject) => {
    child.once('close', (code) => resolve({ code, said }));
    child.once('error', (cause) => reject(new OperatorError(`there is no shell to run "${command}" in`, { cause })));
  });
  return { ended, release: () => child.unref() };
}

function expectSuccess(command: string, { code, said }: ShellExit): void {
  if (code === 0) return;
  const words = said.trim() === '' ? '' : `:\n${said.trim()}`;
  throw new OperatorError(`"${command}" ended with status ${code ?? 'of a signal'}${words}`);
}

async function untilListening(
  url: string,
  { shouldListen, timeoutMs }: { readonly shouldListen: boolean; readonly timeoutMs: number },
  what: string,
): Promise<void> {
  const probe = async (): Promise<boolean> => {
    if ((await isListening(url)) === shouldListen) return true;
    await pause(ASK_EVERY_MS);
    return false;
  };
  try {
    await eventually(probe, { what, timeoutMs });
  } catch (cause) {
    throw new OperatorError((cause as Error).message, { cause });
  }
}

/** Whether anybody takes connections where the server is to be. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port),
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
