import type { QuireServer } from '@quire/server';
import {
  type InProcessDiskOptions,
  type InProcessOptions,
  type InProcessServer,
  startInMemory,
  startOnDisk,
} from './in-process-server.ts';
import { refuseOwnProcessOnly } from './own-process-only.ts';
import { type JoinedPerson, type JoinOptions, join } from './people/join.ts';
import type { Dialect } from './people/seat.ts';
import { assertOptions } from './server-options.ts';
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from './server-process.ts';
import { type Bearer, type Grants, inventSecret, signToken } from './sign-token.ts';

/** `open` lets everybody do everything; `tokens` asks for them, and gives `token` a secret to sign them with. */
export type TestAuth = 'open' | 'tokens';

export interface DiskServerOptions extends InProcessDiskOptions {
  readonly storage?: 'disk';
  readonly ownProcess?: false;
  /** Left out: `open`. */
  readonly auth?: TestAuth;
}

export interface MemoryServerOptions extends InProcessOptions {
  readonly storage: 'memory';
  readonly ownProcess?: false;
  /** Left out: `open`. */
  readonly auth?: TestAuth;
}

export interface OwnProcessServerOptions extends ServerProcessOptions {
  readonly storage?: 'disk';
  readonly ownProcess: true;
  /** Left out: `open`, unless `env` says otherwise. */
  readonly auth?: TestAuth;
}

export type TestServerOptions = DiskServerOptions | MemoryServerOptions | OwnProcessServerOptions;

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

/** In this process, with a journal on disk: what it has stored is there for whoever opens `data` next. */
export interface DiskServer extends TestServer {
  readonly storage: 'disk';
  readonly ownProcess: false;
  /** The server itself, as a program that embeds it has it; another one after each `restart`. */
  readonly server: QuireServer;
  /** The directory of the journal. */
  readonly data: string;
}

/** In this process, in memory: what it holds ends with it. */
export interface MemoryServer extends TestServer {
  readonly storage: 'memory';
  readonly ownProcess: false;
  /** The server itself, as a program that embeds it has it; another one after each `restart`. */
  readonly server: QuireServer;
}

/** In a process of its own, with a journal on disk: it can be killed. */
export interface OwnProcessServer extends TestServer, ServerProcess {
  readonly storage: 'disk';
  readonly ownProcess: true;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a Quire on a free port of loopback; resolves once it takes edits. It is in this process and has its journal on disk,
 * unless the options say otherwise.
 *
 * @example
 * await using server = await startServer();
 * const ada = await server.join('plan', { name: 'Ada' });
 * const ben = await server.join('plan', { name: 'Ben', dialect: 'y-websocket' });
 * ada.doc.getText('body').insert(0, 'Hello');
 * await converged({ ada, ben });
 * @throws {TypeError} for options that such a server would ignore
 */
export async function startServer(options?: DiskServerOptions): Promise<DiskServer>;
export async function startServer(options: MemoryServerOptions): Promise<MemoryServer>;
export async function startServer(options: OwnProcessServerOptions): Promise<OwnProcessServer>;
export async function startServer(options: TestServerOptions): Promise<DiskServer | MemoryServer | OwnProcessServer>;
export async function startServer(
  options: TestServerOptions = {},
): Promise<DiskServer | MemoryServer | OwnProcessServer> {
  assertOptions(options);
  if (options.ownProcess === true) return startInOwnProcess(options);
  if (options.storage === 'memory') {
    return startHere(options, 'memory', (settings) => startInMemory({ ...options, settings }));
  }
  return startHere(options, 'disk', (settings) => startOnDisk({ ...options, settings }));
}

async function startHere<Server extends InProcessServer, Storage extends 'memory' | 'disk'>(
  { auth, settings }: DiskServerOptions | MemoryServerOptions,
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
  refuseOwnProcessOnly(started);
  // Onto the same object: `server` is asked of it anew each time.
  return Object.assign(started, {
    storage,
    ownProcess: false as const,
    url,
    ...company.doors,
    stop,
    [Symbol.asyncDispose]: stop,
  });
}

async function startInOwnProcess({ auth, ...options }: OwnProcessServerOptions): Promise<OwnProcessServer> {
  const secret = auth === 'tokens' ? inventSecret() : null;
  const env = secret === null ? options.env : { ...options.env, QUIRE_JWT_SECRETS: secret };
  const child = await startServerProcess({ ...options, ...(env === undefined ? {} : { env }) });
  const company = createCompany(child.url, secret);
  const end = child.stop;
  const stop = async (): Promise<void> => {
    await company.leave();
    await end();
  };
  // Onto the same object: what it says of itself, such as its pid, is asked of it anew each time.
  return Object.assign(child, {
    storage: 'disk' as const,
    ownProcess: true as const,
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
