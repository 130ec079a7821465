import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickPort } from '@quire/testing';
import type { Operator } from '@quire/testing/conformance';
import { waitForOutput } from '../bench/server-process.ts';

export interface PeerProcess {
  readonly url: string;
  readonly operator: Operator;
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts one of the servers that Quire is compared with, on data and at a port that outlive its process. */
export async function startPeer(
  program: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<PeerProcess> {
  const data = await mkdtemp(join(tmpdir(), 'quire-peer-'));
  const port = await pickPort();
  const path = join(import.meta.dirname, '..', 'bench', 'peers', program);
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const started = spawn(process.execPath, [path, data, String(port)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    living.add(started);
    started.once('exit', () => living.delete(started));
    let output = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        // What it prints about bad frames is its own business; of its start the first lines tell.
        if (output.length < 10_000) output += text;
      });
    }
    try {
      await waitForOutput(started, () => output, /ready at http:\/\/127\.0\.0\.1:(\d+)/);
    } catch (cause) {
      started.kill('SIGKILL');
      throw new Error(`${program} did not start\n${output}`, { cause });
    }
    return started;
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  return {
    url: `ws://127.0.0.1:${port}`,
    operator: {
      kill: end,
      async restart() {
        await end();
        child = await launch();
      },
    },
    async stop() {
      await end();
      await rm(data, { recursive: true, force: true });
    },
  };
}
