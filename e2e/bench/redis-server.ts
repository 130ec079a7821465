import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pickPort } from '@quire/testing';
import { findCores } from './cores.ts';
import { pin } from './pinned-command.ts';
import { waitForOutput } from './server-process.ts';

export interface BenchRedis {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface RedisSettings {
  readonly directory: string;
  /** How long it is away when somebody kills it: then it comes back by itself, on the same port and with what it had. */
  readonly awayMs: number;
}

/** A Redis on the cores of the load, with an append-only file as docs/operating.md wants it; the kernel ends it if this process dies. */
export async function startRedis({ directory, awayMs }: RedisSettings): Promise<BenchRedis> {
  const port = await pickPort();
  let isStopped = false;
  let returning: Promise<unknown> = Promise.resolve();
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const { program, args } = pin(findCores().load, [
      'redis-server',
      ...flags({ bind: '127.0.0.1', port, dir: directory }),
    ]);
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    try {
      await waitForOutput(started, () => output, /(Ready to accept connections)/);
    } catch (error) {
      if (started.pid !== undefined) started.kill('SIGKILL');
      throw new Error(`redis-server did not start\n${output}`, { cause: error });
    }
    started.once('exit', () => {
      if (!isStopped) returning = comeBack();
    });
    return started;
  }

  async function comeBack(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    if (!isStopped) child = await launch();
  }

  return {
    port,
    get pid() {
      return child.pid ?? 0;
    },
    async stop() {
      isStopped = true;
      // Whoever waits for one that does not come back says so.
      await returning.catch(() => {});
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function flags(place: Readonly<Record<string, string | number>>): string[] {
  const settings = { ...place, save: '', appendonly: 'yes', appendfsync: 'everysec' };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
