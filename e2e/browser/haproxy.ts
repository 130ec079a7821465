import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickPort, until } from '@quire/testing';

export interface Haproxy {
  readonly url: string;
  /** What it did with requests, one a line. */
  readonly log: string;
  stop(): Promise<void>;
}

/** A real HAProxy in front of a server, as in a company that lets no WebSocket out: every upgrade gets a 403. */
export async function startHaproxyWithoutUpgrades(serverPort: number): Promise<Haproxy> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-haproxy-'));
  const port = await pickPort();
  const configuration = join(directory, 'haproxy.cfg');
  await writeFile(configuration, configure(port, serverPort));
  const child = spawn('haproxy', ['-db', '-f', configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  const listens = await answers(port, () => {
    if (failure !== null) throw failure;
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}: ${log}`);
  });
  listens.destroy();
  return {
    url: `http://127.0.0.1:${port}`,
    get log() {
      return log;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

/** The timeouts are those that HAProxy's own manual begins with. */
function configure(port: number, serverPort: number): string {
  return `
global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend company
  bind 127.0.0.1:${port}
  http-request deny deny_status 403 if { req.hdr(upgrade) -i websocket }
  default_backend quire
backend quire
  server quire 127.0.0.1:${serverPort}
`;
}

async function answers(port: number, check: () => void) {
  let socket = connect(port, '127.0.0.1');
  let isOpen = false;
  const listen = (): void => {
    socket.once('connect', () => {
      isOpen = true;
    });
    socket.once('error', () => {
      socket = connect(port, '127.0.0.1');
      listen();
    });
  };
  listen();
  await until(
    () => {
      check();
      return isOpen;
    },
    { what: 'haproxy does not listen' },
  );
  return socket;
}
