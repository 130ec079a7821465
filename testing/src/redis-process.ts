import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { CertificateFiles } from './certificates.ts';
import { endChild, hasEnded, watchChild } from './child-life.ts';
import { pickPort } from './pick-port.ts';
import { until } from './until.ts';

export interface RedisServerOptions {
  /** Left out: a directory of its own, removed by `stop`. */
  readonly dir?: string;
  /** Keeps an append-only file, synced with every write, so that it comes back with what it had. */
  readonly isAppendOnly?: boolean;
  /** As Redis reads it: `3mb`. */
  readonly maxMemory?: string;
  readonly maxMemoryPolicy?: string;
  readonly password?: string;
  /** Users as in its configuration, such as `ada on >secret ~* &* +@all`. */
  readonly users?: readonly string[];
  readonly replicaOf?: { readonly port: number };
  readonly isClusterNode?: boolean;
  readonly tls?: CertificateFiles;
  /** Further settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further arguments, which count more than any setting: `--include`, and a file. */
  readonly args?: readonly string[];
}

type RedisAccess = Pick<RedisServerOptions, 'password' | 'tls'>;

/** A `redis-server` in a process of its own on loopback. */
export interface RedisProcess {
  /** `redis://127.0.0.1:port`, with the password that it was started with; `rediss://` with TLS. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dir: string;
  /** Everything that all its lives have printed. */
  readonly log: string;
  /** Sends one command over a connection of its own. */
  command(name: string, ...args: readonly (string | number)[]): Promise<unknown>;
  /** Wants another password from now on, or none; whoever is connected has to come again. */
  setPassword(password: string | null): Promise<void>;
  /** Forgets everything that it holds. */
  flush(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
  /** Starts it again at the same port and on the same directory, after ending it if it still runs. */
  restart(): Promise<void>;
  /** Ends it, and removes the directory if it was its own. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 15_000;
const LOG_TAIL_CHARACTERS = 4_000;

/**
 * Starts a Redis that keeps nothing on disk unless it is told to; resolves once it answers.
 *
 * @example
 * const redis = await startRedis();
 * await redis.command('SET', 'plan', 'tea');
 * await redis.stop();
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisProcess> {
  const port = await pickPort();
  const settings: [name: string, value: string][] = [
    ['bind', '127.0.0.1'],
    ...settingsOfAccess(port, options),
    ['save', ''],
    ['appendonly', options.isAppendOnly === true ? 'yes' : 'no'],
    ['appendfsync', 'always'],
    ...optional('maxmemory', options.maxMemory),
    ...optional('maxmemory-policy', options.maxMemoryPolicy),
    ...optional('replicaof', options.replicaOf === undefined ? undefined : `127.0.0.1 ${options.replicaOf.port}`),
    ...(options.isClusterNode === true ? await clusterSettings(options) : []),
    // A replica that starts is served at once instead of in five seconds.
    ['repl-diskless-sync-delay', '0'],
    ...Object.entries(options.settings ?? {}),
  ];
  return launchRedis(port, settings, options, options.args);
}

/** `redis`, or with TLS `rediss`. */
export function schemeOf({ tls }: Pick<RedisServerOptions, 'tls'>): string {
  return tls === undefined ? 'redis' : 'rediss';
}

/** Where several listen, as the URL of Sentinels or of a cluster names them. */
export function addressesOf(servers: readonly Pick<RedisProcess, 'port'>[]): string {
  return servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
}

/** Where it listens, and to whom; with TLS, all others of its kind are expected to have it, too. */
export function settingsOfAccess(
  port: number,
  { password, tls, users = [] }: Pick<RedisServerOptions, 'password' | 'users' | 'tls'>,
): [name: string, value: string][] {
  const listening: [name: string, value: string][] =
    tls === undefined
      ? [['port', String(port)]]
      : [
          ['port', '0'],
          ['tls-port', String(port)],
          ['tls-cert-file', tls.certificate],
          ['tls-key-file', tls.key],
          ['tls-ca-cert-file', tls.certificate],
          ['tls-auth-clients', 'no'],
          ['tls-replication', 'yes'],
        ];
  return [...listening, ...optional('requirepass', password), ...users.map((user): [string, string] => ['user', user])];
}

/** What Sentinels are, too: a `redis-server` with a configuration file. */
export async function launchRedis(
  port: number,
  settings: readonly (readonly [name: string, value: string])[],
  options: Pick<RedisServerOptions, 'dir' | 'password' | 'tls'>,
  args: readonly string[] = [],
): Promise<RedisProcess> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'quire-redis-')));
  const file = join(dir, `redis-${port}.conf`);
  const lines = [['dir', dir] as const, ...settings].map(([name, value]) => `${name} ${quoteIfNeeded(name, value)}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  let log = '';
  let child = await launch().catch(async (error: unknown) => {
    await removeOwnDirectory();
    throw error;
  });

  async function removeOwnDirectory(): Promise<void> {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  }

  async function launch(): Promise<ChildProcess> {
    const said = log.length;
    const started = spawn('redis-server', [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let failure: Error | null = null;
    started.once('error', (error) => {
      failure = error;
    });
    watchChild(started, (text) => {
      log += text;
    });
    try {
      await until(
        () => {
          if (failure !== null) throw failure;
          if (hasEnded(started)) throw new Error('redis-server ended');
          return /Ready to accept connections|\+monitor master/.test(log.slice(said));
        },
        { what: 'redis-server has not said that it is ready', timeoutMs: READY_TIMEOUT_MS },
      );
    } catch (error) {
      if (started.pid !== undefined) started.kill('SIGKILL');
      const why = `${(error as Error).message}\n--- the last that it printed ---\n${log.slice(-LOG_TAIL_CHARACTERS)}`;
      throw new Error(why, { cause: error });
    }
    return started;
  }

  const identity = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  let { password } = options;
  const access = (): RedisAccess => ({
    ...(password === undefined ? {} : { password }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const command: RedisProcess['command'] = (name, ...values) => runCommand(port, access(), name, values);
  return {
    url: `${schemeOf(options)}://${identity}127.0.0.1:${port}`,
    port,
    dir,
    command,
    get pid() {
      if (child.pid === undefined) throw new Error('the process was never started');
      return child.pid;
    },
    get log() {
      return log;
    },
    async setPassword(next) {
      await command('CONFIG', 'SET', 'requirepass', next ?? '');
      password = next ?? undefined;
      // A connection that is in stays in, whatever the password becomes.
      for (const type of ['normal', 'pubsub']) await command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    },
    async flush() {
      await command('FLUSHALL');
    },
    kill: () => endChild(child, 'SIGKILL'),
    pause() {
      child.kill('SIGSTOP');
    },
    resume() {
      child.kill('SIGCONT');
    },
    async restart() {
      await endRedis(child);
      // Its configuration file knows of no other.
      password = options.password;
      child = await launch();
    },
    async stop() {
      await endRedis(child);
      await removeOwnDirectory();
    },
  };
}

async function endRedis(child: ChildProcess): Promise<void> {
  // A paused one would never hear the other signal.
  if (!hasEnded(child)) child.kill('SIGCONT');
  await endChild(child, 'SIGTERM');
}

async function runCommand(
  port: number,
  { password, tls }: RedisAccess,
  name: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { rejectUnauthorized: false } }),
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    protocol: 2,
  });
  let broken: Error | null = null;
  client.on('error', (error) => {
    broken = error;
  });
  try {
    await client.connect();
    return await client.call(name, [...args]);
  } catch (error) {
    throw broken ?? error;
  } finally {
    client.disconnect();
  }
}

function optional(name: string, value: string | undefined): [name: string, value: string][] {
  return value === undefined ? [] : [[name, value]];
}

/** By default it would be the port and ten thousand more, which nobody has seen to be free. */
async function clusterSettings({ tls }: Pick<RedisServerOptions, 'tls'>): Promise<[name: string, value: string][]> {
  return [
    ['cluster-enabled', 'yes'],
    ...(tls === undefined ? [] : [['tls-cluster', 'yes'] as [string, string]]),
    ['cluster-port', String(await pickPort())],
    ['cluster-node-timeout', '2000'],
  ];
}

/** Values of several words are words to Redis, but for these, which are one. */
function quoteIfNeeded(name: string, value: string): string {
  const isOneWord = value === '' || ['dir', 'requirepass', 'masterauth'].includes(name) || name.startsWith('tls-');
  return isOneWord ? JSON.stringify(value) : value;
}
