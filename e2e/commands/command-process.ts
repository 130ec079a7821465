import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@quire/testing';

const ROOT = join(import.meta.dirname, '..', '..');
/** A first start may have to install or build; this only ends a command that hangs. */
const READY_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 20_000;
const LOG_TAIL_CHARACTERS = 8_000;

/** A command as a person types it, at the root of the checkout, in a process group of its own like a shell's job. */
export interface CommandProcess {
  readonly pid: number;
  /** Everything printed so far, by all that it has started. */
  readonly output: string;
  /** Resolves with the next match that begins at `from` or later, a place in `output`. */
  says(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Resolves once nothing of the group is left, and all that it printed is in `output`; says how the command itself ended. */
  end(signal: NodeJS.Signals, whom: 'command' | 'group'): Promise<number | NodeJS.Signals>;
  /** Its processes that still run. */
  members(): readonly string[];
  /** Ends whatever is left. */
  dispose(): void;
}

export function runCommand(command: string, args: readonly string[], settings: Record<string, string>): CommandProcess {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...cleanEnvironment(), NO_COLOR: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let isRead = false;
  child.once('close', () => {
    isRead = true;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const group = pidOf(child);
  const members = (): readonly string[] => processesOf(group);
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (members().length > 0) process.kill(-group, signal);
  };
  const explain = (): string => `--- the last that it printed ---\n${output.slice(-LOG_TAIL_CHARACTERS)}\n---`;

  return {
    pid: group,
    get output() {
      return output;
    },
    says(pattern, from = 0) {
      return until(
        () => {
          const found = pattern.exec(output.slice(from));
          if (found === null && members().length === 0) throw new Error(`it ended without ${pattern}\n${explain()}`);
          return found;
        },
        { what: () => `${pattern} is not printed\n${explain()}`, timeoutMs: READY_TIMEOUT_MS },
      );
    },
    async end(signal, whom) {
      if (whom === 'group') signalGroup(signal);
      else child.kill(signal);
      return until(() => (members().length === 0 && isRead ? (child.exitCode ?? child.signalCode) : null), {
        what: () => `still there after ${signal}: ${members().join('; ')}\n${explain()}`,
        timeoutMs: END_TIMEOUT_MS,
      });
    },
    members,
    dispose: () => signalGroup('SIGKILL'),
  };
}

/** By its group one finds also what has lost its parent. */
function processesOf(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // `pid (name) state ppid pgrp …`, where the name may hold anything, parentheses too.
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(pgrp) !== group || state === 'Z') return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

/** A person's shell knows nothing of the test run and of its npm. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(QUIRE|npm_|VITEST|NODE_OPTIONS|NODE_ENV|INIT_CWD)/.test(name)),
  );
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the command was never started');
  return child.pid;
}
