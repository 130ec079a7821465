import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pickPort } from './pick-port.ts';
import { untilListening } from './until-listening.ts';

export interface HaproxyProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `ws://127.0.0.1:port` */
  readonly wsUrl: string;
  /** What it did with requests, one a line. */
  readonly log: string;
  stop(): Promise<void>;
}

export interface HaproxyOptions {
  /** The file that it runs, which finds its own address in `QUIRE_BIND`. */
  readonly configuration: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** As it is meant to stand in front of a cluster. */
const CLUSTER_CONFIGURATION = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url));
/** As many nodes as that file names. */
export const BALANCED_NODES = 3;
/** Nothing listens there: a node that a smaller cluster does not have. */
const NOBODY = '127.0.0.1:1';

/** How a balancer chooses a node: by the document, or each in turn. */
export type Balance = 'document' | 'roundrobin';

/** The balancer of `deploy/` in front of these nodes, given as `host:port`. */
export function startBalancer(nodes: readonly string[], balance: Balance): Promise<HaproxyProcess> {
  if (nodes.length > BALANCED_NODES) throw new RangeError(`deploy/haproxy.cfg has ${BALANCED_NODES} nodes`);
  const env: Record<string, string> = { QUIRE_BALANCE: balance };
  for (let number = 1; number <= BALANCED_NODES; number += 1) env[`QUIRE_NODE_${number}`] = nodes[number - 1] ?? NOBODY;
  return startHaproxy({ configuration: CLUSTER_CONFIGURATION, env });
}

/** A real HAProxy on a free port of loopback; resolves once it listens. */
export async function startHaproxy({ configuration, env = {} }: HaproxyOptions): Promise<HaproxyProcess> {
  const port = await pickPort();
  const child = spawn('haproxy', ['-db', '-f', configuration], {
    env: { PATH: process.env.PATH, ...env, QUIRE_BIND: `127.0.0.1:${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += String(chunk);
    });
  }
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  try {
    await untilListening(port, 'haproxy', () => {
      if (failure !== null) throw failure;
      if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}: ${log}`);
    });
  } catch (error) {
    if (child.pid !== undefined) kill();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    get log() {
      return log;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      // Not SIGUSR1, with which it would wait for every WebSocket to end by itself.
      child.kill('SIGTERM');
      await ended;
    },
  };
}
