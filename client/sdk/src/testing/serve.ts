import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const QUIRE = fileURLToPath(new URL('../../../../node_modules/.bin/quire', import.meta.url));

export interface RunningServer {
  readonly port: number;
  kill(): Promise<void>;
  /** Tells it to end, which it does once its clients know. */
  stop(): Promise<void>;
}

/** Starts a real server in a process of its own, without the app. */
export async function serve(
  port: number,
  data: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const child = spawn(QUIRE, ['serve', '--host', '127.0.0.1', '--port', String(port), '--data', data, '--no-app'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...settings },
  });
  return { port: await readPort(child), kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') };
}

async function readPort(child: ChildProcess): Promise<number> {
  const log: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  if (child.stdout === null) throw new Error('the server has no output');
  for await (const line of createInterface(child.stdout)) {
    const port = /http:\/\/[^\s/]+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`the server ended before it was ready: ${log.join('')}`);
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
