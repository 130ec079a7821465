import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DocumentStore, type LevelStoreOptions, openLevelStore } from '@quire/persistence';
import { createApi } from './api/api.ts';
import { DocumentStates } from './api/document-states.ts';
import { createDocuments, type Documents } from './api/documents.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { type ConfiguredAuthenticator, createAuthenticator } from './auth/create-authenticator.ts';
import { createGuard } from './auth/guard.ts';
import { type Clock, systemClock } from './clock.ts';
import { createCollaboration } from './collab/collaboration.ts';
import { isLoopbackHost } from './config/hosts.ts';
import { readObject } from './config/layers.ts';
import { parseConfig } from './config/parse-config.ts';
import type { Config, ConfigInput } from './config.ts';
import { planDrain } from './gateway/drain.ts';
import { createGateway } from './gateway/gateway.ts';
import { createHttpDoor } from './gateway/over-http/http-door.ts';
import { createApp } from './http/app.ts';
import { createAddressReader } from './http/client-address.ts';
import { createHandlers, createStartingHandlers } from './http/handlers.ts';
import { findStoreUnreadiness, type UnreadyReason } from './http/health.ts';
import { type Listener, openListener } from './http/listener.ts';
import type { OriginPolicy } from './http/origins.ts';
import { createStaticApp } from './http/static-app.ts';
import { createLog, type Logger } from './observability/log.ts';
import { createMetrics, type Metrics, type MetricsOptions } from './observability/metrics/create-metrics.ts';

export type { Documents } from './api/documents.ts';
export { ApiError, type ProblemCode } from './api/problems.ts';
export {
  type Access,
  AccessError,
  type Authenticator,
  type AuthRequest,
  allow,
  type Bearer,
  createOpenAuthenticator,
  type Identity,
} from './auth/authenticator.ts';
export { type Clock, systemClock } from './clock.ts';
export { ConfigError, type ConfigIssue } from './config/config-error.ts';
export type { Config, ConfigInput } from './config.ts';
export { ListenError } from './http/listen-error.ts';
export type { Logger } from './observability/log.ts';

/** What an embedding program or a test may put in the place of our own. It also closes what it brought. */
export interface ServerParts {
  /** Decides who may do what; with one, any address may be listened on. */
  readonly authenticator?: Authenticator | undefined;
  /** Instead of the journal in `data`. */
  readonly store?: DocumentStore | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** What has still to be done before a server can end without losing anything. */
export interface Unfinished {
  readonly sessions: number;
  readonly openDocuments: number;
  /** What waits for the disk. */
  readonly queuedEntries: number;
  readonly queuedBytes: number;
}

export interface QuireServer {
  /** `http://localhost:8080` */
  readonly url: string;
  readonly port: number;
  /** Where it listens. */
  readonly hosts: readonly string[];
  /** The directory of the journal, absolute; null when the store was given. */
  readonly data: string | null;
  readonly documents: Documents;
  /** Whether it takes edits: what `/readyz` says. */
  readonly ready: boolean;
  readonly unfinished: Unfinished;
  /**
   * Takes no new session, closes those that there are with "service restart", in slices, and flushes everything to disk.
   * While the disk refuses writes it waits: only its end loses nothing.
   */
  close(): Promise<void>;
}

/**
 * Starts a server; it is ready when the promise resolves.
 *
 * @example
 * const server = await createServer({ port: 0, data: './data' });
 * await server.documents.create({ title: 'Plan' });
 * await server.close();
 *
 * @throws {ConfigError} when settings are wrong, {ListenError} when the port can't be had, {PersistenceError} when the
 * directory can't
 */
export async function createServer(input: ConfigInput = {}, parts: ServerParts = {}): Promise<QuireServer> {
  const hasAuthenticator = parts.authenticator !== undefined;
  const config = parseConfig([readObject({ kind: 'code' }, input)], { hasAuthenticator });
  const logger = parts.logger ?? createLog(config.log).logger;
  const clock = parts.clock ?? systemClock;
  const authenticator = await chooseAuthenticator(config, parts, clock, logger);
  const metrics = config.metrics ? createMetrics(describeMetrics(config, clock, parts)) : null;
  // The port first: it is what most often can't be had, and the store wants to say where it is in use.
  let listener: Listener;
  try {
    listener = await openListener({
      hosts: config.host,
      port: config.port,
      handlers: createStartingHandlers(metrics?.gateway ?? null),
      log: logger.child({ component: 'http' }),
    });
  } catch (error) {
    authenticator.close();
    metrics?.close();
    throw error;
  }
  const foundations = { config, parts, clock, logger, listener, metrics, authenticator };
  try {
    if (parts.store !== undefined) return compose({ ...foundations, store: parts.store });
    const store = await openLevelStore(describeJournal(foundations));
    try {
      return compose({ ...foundations, store });
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    authenticator.close();
    metrics?.close();
    await listener.close();
    throw error;
  }
}

function chooseAuthenticator(
  config: Config,
  { authenticator }: ServerParts,
  clock: Clock,
  logger: Logger,
): Promise<ConfiguredAuthenticator> {
  if (authenticator === undefined) {
    const log = logger.child({ component: 'auth' });
    return createAuthenticator(config, { origins: describeOrigins(config), clock, log });
  }
  return Promise.resolve({ authenticate: (request) => authenticator.authenticate(request), close: () => {} });
}

interface Foundations {
  readonly config: Config;
  readonly parts: ServerParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: Listener;
  /** Null when nothing is measured. */
  readonly metrics: Metrics | null;
  readonly authenticator: ConfiguredAuthenticator;
}

/** The one place where the parts of a server meet. */
function compose(foundations: Foundations & { readonly store: DocumentStore }): QuireServer {
  const { config, parts, clock, logger, listener, metrics, authenticator, store } = foundations;
  const readAddress = createAddressReader(config.trustedProxies);
  const guard = createGuard(authenticator, logger.child({ component: 'audit' }));
  const collaboration = createCollaboration({
    store,
    guard,
    log: logger.child({ component: 'collab' }),
    clock,
    limits: config.limits,
    maxJournalQueueBytes: config.journal.queueBytes,
    extensions: config.extensions,
    meters: metrics?.collab ?? null,
  });
  const gateway = createGateway({
    collaboration,
    limits: config.limits,
    drain: planDrain(config.drainTimeoutMs, config.drainSpreadMs),
    readAddress,
    clock,
    log: logger.child({ component: 'gateway' }),
    meters: metrics?.gateway ?? null,
  });
  const documents = createDocuments({ store, editor: collaboration });
  const states = new DocumentStates({ store, clock });
  const origins = describeOrigins(config);
  let closing: Promise<void> | null = null;

  const isDraining = (): boolean => closing !== null;
  const readUnreadiness = (): UnreadyReason[] => [
    ...(isDraining() ? [{ code: 'draining' as const, detail: 'The server is stopping' }] : []),
    ...findStoreUnreadiness(store.status),
  ];
  const stopWatchingStore = logStoreStatus(store, logger.child({ component: 'journal' }));
  const log = logger.child({ component: 'http' });
  const app = createApp({
    api: createApi({ documents, states, guard, readAddress, origins, clock, log, isDraining }),
    staticApp: config.app ? createStaticApp(config.appDirectory ?? builtAppDirectory) : null,
    readUnreadiness,
    log,
    metrics: metrics === null ? null : { route: metrics.serve({ store, collaboration }), gateway: metrics.gateway },
  });
  const httpDoor = createHttpDoor({ gateway, origins, isDraining, clock, meters: metrics?.gateway ?? null });
  listener.handle(createHandlers({ app, gateway, httpDoor, origins, isDraining, meters: metrics?.gateway ?? null }));

  async function close(): Promise<void> {
    // Who asks meanwhile gets an answer: load balancers that it is not ready, clients when to try again.
    await gateway.close();
    httpDoor.close();
    await collaboration.close();
    listener.stopAccepting();
    if (parts.store === undefined) await store.close();
    stopWatchingStore();
    states.close();
    authenticator.close();
    metrics?.close();
    await listener.close();
  }

  return {
    url: describeUrl(config, listener),
    port: listener.port,
    hosts: listener.hosts,
    data: parts.store === undefined ? resolve(config.data) : null,
    documents,
    get ready() {
      return readUnreadiness().length === 0;
    },
    get unfinished() {
      return {
        sessions: gateway.sessions,
        openDocuments: collaboration.openDocuments,
        queuedEntries: store.queue.entries,
        queuedBytes: store.queue.bytes,
      };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Where `vite build` of the web app leaves it. */
const builtAppDirectory = fileURLToPath(new URL('../../client/app/dist', import.meta.url));

function describeMetrics(config: Config, clock: Clock, parts: ServerParts): MetricsOptions {
  const dataDirectory = parts.store === undefined ? resolve(config.data) : null;
  return { clock, token: config.metricsToken, dataDirectory, queueLimitBytes: config.journal.queueBytes };
}

function describeJournal({ config, clock, logger, listener, metrics }: Foundations): LevelStoreOptions {
  const log = logger.child({ component: 'journal' });
  return {
    ...config.journal,
    directory: resolve(config.data),
    clock,
    address: describeUrl(config, listener),
    ...(metrics === null ? {} : { onBatch: metrics.journal.onBatch, onCompaction: metrics.journal.onCompaction }),
    onUpkeepError: (error) => log.warn({ err: error }, 'upkeep of the journal failed'),
  };
}

function logStoreStatus(store: DocumentStore, log: Logger): () => void {
  return store.onStatus((status) => {
    switch (status.state) {
      case 'refusing':
        log.error({ err: status.error }, 'the disk refuses writes: edits are refused until it recovers');
        return;
      case 'ready':
        log.info('the disk takes writes again');
        return;
      case 'closed':
        log.debug('the journal is closed');
        return;
      default:
        status satisfies never;
    }
  });
}

function describeOrigins(config: Config): OriginPolicy {
  return {
    allowedOrigins: config.allowedOrigins,
    // Told that everybody may enter, it may stand behind a proxy of any name, on loopback too.
    isLoopbackOnly: config.auth === 'open-on-loopback' && config.host.every(isLoopbackHost),
  };
}

/** An address that a person on this machine can open. */
function describeUrl(config: Config, { hosts, port }: Listener): string {
  const listensOn = (host: string): boolean => config.host.includes(host);
  const isLocalhost = (listensOn('127.0.0.1') && listensOn('::1')) || listensOn('0.0.0.0') || listensOn('::');
  const [first = 'localhost'] = hosts;
  const host = isLocalhost ? 'localhost' : isIPv6(first) ? `[${first}]` : first;
  return `http://${host}:${port}`;
}
