import type { QuireServer } from '@quire/server';
import {
  type InProcessDiskOptions,
  type InProcessOptions,
  type InProcessServer,
  startInMemory,
  startOnDiskHere,
} from './in-process-server.ts';
import { type JoinedPerson, type JoinOptions, join } from './people/join.ts';
import type { Dialect } from './people/seat.ts';
import { assertOptions } from './server-options.ts';
import { type ServerOptions, type ServerProcess, startServer as startProcess } from './server-process.ts';
import { type Bearer, type Grants, inventSecret, signToken } from './sign-token.ts';

/** `open` lets everybody do everything; `tokens` asks for them, and gives `token` a secret to sign them with. */
export type TestAuth = 'open' | 'tokens';

export interface MemoryServerOptions extends InProcessOptions {
  readonly storage: 'memory';
  /** Left out: `open`. */
  readonly auth?: TestAuth;
}

export interface DiskHereServerOptions extends InProcessDiskOptions {
  readonly storage?: 'disk';
  readonly inProcess: true;
  /** Left out: `open`. */
  readonly auth?: TestAuth;
}

export interface DiskServerOptions extends ServerOptions {
  readonly storage?: 'disk';
  readonly inProcess?: false;
  /** Left out: `open`, unless `env` says otherwise. */
  readonly auth?: TestAuth;
}

export type TestServerOptions = MemoryServerOptions | DiskHereServerOptions | DiskServerOptions;

/** A Quire for one test, and the people in it. */
export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** The same, where one would not know which of the two is meant. */
  readonly httpUrl: string;
  /** `ws://127.0.0.1:port`; `/collab` and `/yjs` hang below it. */
  readonly wsUrl: string;
  readonly port: number;
  /**
   * Lets somebody into a document. They leave with the server, if not before.
   *
   * @example
   * const ada = await server.join('plan', { name: 'Ada' });
   */
  join<D extends Dialect = 'hocuspocus'>(document: string, options?: JoinOptions<D>): Promise<JoinedPerson<D>>;
  /**
   * A token for whoever joins.
   *
   * @example
   * const token = server.token({ 'team/**': 'reader' }, { user: 'ada' });
   * @throws {Error} when the server was not started with `auth: 'tokens'`
   */
  token(grants: Grants, bearer?: Bearer): string;
  /** Ends it in good order and starts it again, at the same address and with the same documents. */
  restart(): Promise<void>;
  /** Lets everybody leave, and ends it. Called again it does nothing. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** In this process, in memory: quick, and it can't be killed. */
export interface MemoryServer extends TestServer {
  readonly storage: 'memory';
  /** The server itself, as a program that embeds it has it; another one after each `restart`. */
  readonly server: QuireServer;
}

/** In this process, with a journal on disk: quick too, and what it has stored is there for whoever opens `data` next. */
export interface DiskHereServer extends TestServer {
  readonly storage: 'disk';
  /** The server itself, as a program that embeds it has it; another one after each `restart`. */
  readonly server: QuireServer;
  /** The directory of the journal. */
  readonly data: string;
}

/** In a process of its own, with a journal on disk: it can be killed. */
export interface DiskServer extends TestServer, ServerProcess {
  readonly storage: 'disk';
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a Quire on a free port of loopback; resolves once it takes edits.
 *
 * @example
 * await using server = await startServer({ storage: 'memory' });
 * const ada = await server.join('plan', { name: 'Ada' });
 * const ben = await server.join('plan', { name: 'Ben', dialect: 'y-websocket' });
 * ada.doc.getText('body').insert(0, 'Hello');
 * await converged({ ada, ben });
 * @throws {TypeError} for options that such a server would ignore
 */
export async function startServer(options: MemoryServerOptions): Promise<MemoryServer>;
export async function startServer(options: DiskHereServerOptions): Promise<DiskHereServer>;
export async function startServer(options?: DiskServerOptions): Promise<DiskServer>;
export async function startServer(options: TestServerOptions): Promise<MemoryServer | DiskHereServer | DiskServer>;
export async function startServer(
  options: TestServerOptions = {},
): Promise<MemoryServer | DiskHereServer | DiskServer> {
  assertOptions(options);
  if (options.storage === 'memory') {
    return startHere(options, 'memory', (settings) => startInMemory({ ...options, settings }));
  }
  if (options.inProcess !== true) return startOnDisk(options);
  return startHere(options, 'disk', (settings) => startOnDiskHere({ ...options, settings }));
}

async function startHere<Server extends InProcessServer, Storage extends 'memory' | 'disk'>(
  { auth, settings }: MemoryServerOptions | DiskHereServerOptions,
  storage: Storage,
  start: (settings: NonNullable<InProcessOptions['settings']>) => Promise<Server>,
) {
  const secret = auth === 'tokens' ? inventSecret() : null;
  const jwt = secret === null ? {} : { jwt: { ...settings?.jwt, secrets: [secret] } };
  const started = await start({ ...settings, ...jwt });
  const url = `http://127.0.0.1:${started.port}`;
  const company = createCompany(url, secret);
  const end = started.stop;
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= company.leave().then(end);
    return stopping;
  };
  // Onto the same object: `server` is asked of it anew each time.
  return Object.assign(started, { storage, url, ...company.doors, stop, [Symbol.asyncDispose]: stop });
}

async function startOnDisk({ auth, ...options }: DiskServerOptions): Promise<DiskServer> {
  const secret = auth === 'tokens' ? inventSecret() : null;
  const env = secret === null ? options.env : { ...options.env, QUIRE_JWT_SECRETS: secret };
  const child = await startProcess({ ...options, ...(env === undefined ? {} : { env }) });
  const company = createCompany(child.url, secret);
  const end = child.stop;
  const stop = async (): Promise<void> => {
    await company.leave();
    await end();
  };
  // Onto the same object: what it says of itself, such as its pid, is asked of it anew each time.
  return Object.assign(child, {
    storage: 'disk' as const,
    ...company.doors,
    stop,
    [Symbol.asyncDispose]: stop,
  });
}

interface Company {
  readonly doors: Pick<TestServer, 'httpUrl' | 'wsUrl' | 'join' | 'token'>;
  leave(): Promise<void>;
}

/** The people of a server. */
function createCompany(url: string, secret: string | null): Company {
  const wsUrl = url.replace(/^http/, 'ws');
  const people = new Set<JoinedPerson>();
  return {
    doors: {
      httpUrl: url,
      wsUrl,
      async join(document, options = {}) {
        const path = options.dialect === 'y-websocket' ? '/yjs' : '/collab';
        const person = await join(`${wsUrl}${path}`, document, options);
        people.add(person);
        return person;
      },
      token(grants, bearer) {
        if (secret !== null) return signToken(secret, grants, bearer);
        throw new Error("this server asks for no tokens that could be signed here: startServer({ auth: 'tokens' })");
      },
    },
    async leave() {
      await Promise.all([...people].map((person) => person.leave()));
      people.clear();
    },
  };
}
