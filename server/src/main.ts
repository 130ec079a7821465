import { isIPv6 } from 'node:net';
import { join, resolve } from 'node:path';
import { type DocumentStore, type LevelStoreOptions, openLevelStore } from '@quire/persistence';
import { createApi } from './api/api.ts';
import { createContents } from './api/contents.ts';
import { type CursorKeys, deriveCursorKeys, keepCursorKey } from './api/cursor-keys.ts';
import { createCursors } from './api/cursors.ts';
import { DocumentStates } from './api/document-states.ts';
import { createDocuments, type Documents } from './api/documents.ts';
import { endLinksWith } from './api/end-links.ts';
import { mayPass } from './api/problems.ts';
import { addThreads } from './api/threads-api.ts';
import { createAccessRules } from './auth/access-rules.ts';
import { limitAuditLog } from './auth/audit-log.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { type ConfiguredAuthenticator, createAuthenticator, remembersNothing } from './auth/create-authenticator.ts';
import { createGuard } from './auth/guard.ts';
import { createLinkAuthenticator } from './auth/link-authenticator.ts';
import type { Revocations } from './auth/revocations.ts';
import type { ShareLinks } from './auth/share-links.ts';
import { purgeOverdue } from './bin/purge-overdue.ts';
import { type Clock, systemClock } from './clock.ts';
import { createSlicing } from './collab/apply-in-slices.ts';
import { createCollaboration } from './collab/collaboration.ts';
import { sweepCompanions } from './collab/companion-sweep.ts';
import { AnchorPace } from './comments/anchor-pace.ts';
import { type Comments, createComments } from './comments/comments.ts';
import { composeCluster } from './compose-cluster.ts';
import { isLoopbackHost } from './config/hosts.ts';
import { readObject } from './config/layers.ts';
import { parseConfig } from './config/parse-config.ts';
import type { Config, ConfigInput } from './config.ts';
import { createEvents, type Events } from './events/events.ts';
import { planDrain } from './gateway/drain.ts';
import { createGateway } from './gateway/gateway.ts';
import { createHttpDoor } from './gateway/over-http/http-door.ts';
import { createApp } from './http/app.ts';
import { findBuiltApp } from './http/built-app.ts';
import { createAddressReader } from './http/client-address.ts';
import { boundConnections } from './http/connection-slots.ts';
import { createHandlers, createStartingHandlers } from './http/handlers.ts';
import {
  findClusterUnreadiness,
  findRegistryUnreadiness,
  findStoreUnreadiness,
  type UnreadyReason,
} from './http/health.ts';
import { type Listener, openListener } from './http/listener.ts';
import type { OriginPolicy } from './http/origins.ts';
import { createStaticApp } from './http/static-app.ts';
import { createLog, type Logger } from './observability/log.ts';
import { createMetrics, type Metrics, type MetricsOptions } from './observability/metrics/create-metrics.ts';
import { createRegistry } from './registry/registry.ts';
import { Retries } from './retries.ts';
import { takePart } from './take-part.ts';
import { createTurns } from './turns.ts';

export type { Documents } from './api/documents.ts';
export type { Actor } from './auth/actor.ts';
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
export type { RevocationDraft, Revocations } from './auth/revocations.ts';
export type { LinkDraft, ShareLinks } from './auth/share-links.ts';
export { type Clock, systemClock } from './clock.ts';
export { ClusterFileError } from './cluster/cluster-file.ts';
export { Unconfirmed } from './collab/confirmation.ts';
export type { CommentCall, Comments, Speaker, ThreadCall } from './comments/comments.ts';
export { ConfigError, type ConfigIssue } from './config/config-error.ts';
export type { Config, ConfigInput } from './config.ts';
export { EventRefused } from './events/event-refused.ts';
export type { Events, SentEvent, ServerEvent } from './events/events.ts';
export { ListenError } from './http/listen-error.ts';
export type { Logger } from './observability/log.ts';
export { ApiError, type ProblemCode } from './problems.ts';
export { RegistryError } from './registry/registry.ts';

/** What an embedding program or a test may put in the place of our own. It also closes what it brought. */
export interface ServerParts {
  /** Decides who may do what; with one, any address may be listened on. */
  readonly authenticator?: Authenticator | undefined;
  /** Instead of the journal in `data`. Without a cluster, the pages of lists over HTTP then go on only while the server runs. */
  readonly store?: DocumentStore | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** How many lines of the log nobody read in time, for the metrics. */
  readonly droppedLogLines?: (() => number) | undefined;
  /** Gives up a start that waits for other nodes of its cluster: `createServer` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
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
  readonly comments: Comments;
  readonly events: Events;
  readonly links: ShareLinks;
  readonly revocations: Revocations;
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
 * A node of a cluster is ready once it has everything that the cluster holds; until then only other nodes are answered, and whoever asks for metrics.
 *
 * @throws {ConfigError} when settings are wrong, {ListenError} when the port can't be had, {PersistenceError} when the
 * directory can't, {RegistryError} when it can't be known whose access was taken back, {ClusterFileError} when a node can't
 * know who belongs to its cluster
 */
export async function createServer(input: ConfigInput = {}, parts: ServerParts = {}): Promise<QuireServer> {
  const hasAuthenticator = parts.authenticator !== undefined;
  const config = parseConfig([readObject({ kind: 'code' }, input)], { hasAuthenticator });
  const { logger, droppedLogLines } = chooseLog(config, parts);
  const clock = parts.clock ?? systemClock;
  const origins = describeOrigins(config);
  const metrics = config.metrics ? createMetrics({ ...describeMetrics(config, clock, parts), droppedLogLines }) : null;
  const authenticator = await chooseAuthenticator(config, { parts, origins, clock, logger, metrics });
  // The port first: it is what most often can't be had, and the store wants to say where it is in use.
  let listener: Listener;
  try {
    listener = await openListener({
      hosts: config.host,
      port: config.port,
      handlers: createStartingHandlers({ meters: metrics?.gateway ?? null }),
      bounds: boundConnections(config.limits, config.trustedProxies),
      meters: metrics?.gateway ?? null,
      log: logger.child({ component: 'http' }),
    });
  } catch (error) {
    authenticator.close();
    metrics?.close();
    throw error;
  }
  const foundations = { config, parts, origins, clock, logger, listener, metrics, authenticator };
  try {
    if (parts.store !== undefined) return await compose({ ...foundations, store: parts.store });
    const store = await openLevelStore(describeJournal(foundations));
    try {
      return await compose({ ...foundations, store });
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
  { parts, origins, clock, logger, metrics }: Pick<Foundations, 'parts' | 'origins' | 'clock' | 'logger' | 'metrics'>,
): Promise<ConfiguredAuthenticator> {
  if (parts.authenticator !== undefined) return Promise.resolve(remembersNothing(parts.authenticator));
  const log = logger.child({ component: 'auth' });
  return createAuthenticator(config, { origins, clock, log, meters: metrics?.webhook ?? null });
}

interface Foundations {
  readonly config: Config;
  readonly parts: ServerParts;
  readonly origins: OriginPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: Listener;
  /** Null when nothing is measured. */
  readonly metrics: Metrics | null;
  readonly authenticator: ConfiguredAuthenticator;
}

/** The one place where the parts of a server meet. */
async function compose(foundations: Foundations & { readonly store: DocumentStore }): Promise<QuireServer> {
  const { config, parts, origins, clock, logger, listener, metrics, authenticator, store } = foundations;
  const readAddress = createAddressReader(config.trustedProxies);
  const dataDirectory = parts.store === undefined ? resolve(config.data) : null;
  const audit = logger.child({ component: 'audit' });
  const registryLog = logger.child({ component: 'registry' });
  const registry = createRegistry({ clock, log: registryLog });
  const takeTurn = createTurns();
  // Asked by nobody before all of this is there.
  const knowsAllNames = (): boolean => membership?.cluster.knowsAllNames ?? true;
  const rules = createAccessRules({
    registry,
    store,
    clock,
    audit,
    log: registryLog,
    limits: config.access,
    binLimits: config.bin,
    knowsAllNames,
    takeTurn,
  });
  // Before anybody is asked for a fresh token: what is remembered of their last one would answer for it.
  rules.revocations.onRevoked((user) => {
    if (user !== null) authenticator.forgetAnswers(user);
  });
  const auditLog = limitAuditLog(audit, clock);
  const membership = await composeCluster({
    config,
    store,
    dataDirectory,
    listener,
    readAddress,
    people: {
      peopleHere: (name) => collaboration.peopleHere(name),
      sessions: (name) => collaboration.sessions(name),
      endSession: (name, id) => collaboration.endSession(name, id),
    },
    readEvents: () => collaboration.unheardEvents,
    audit: auditLog,
    clock,
    log: logger.child({ component: 'cluster' }),
    meters: metrics?.cluster ?? null,
  });
  const guard = createGuard(createLinkAuthenticator(authenticator, rules.links), auditLog, {
    standing: rules.standing,
    bin: rules.bin,
    meters: metrics?.access ?? null,
  });
  const collaboration = createCollaboration({
    store,
    guard,
    standing: rules.standing,
    log: logger.child({ component: 'collab' }),
    clock,
    limits: config.limits,
    maxJournalQueueBytes: config.journal.queueBytes,
    extensions: config.extensions,
    meters: metrics?.collab ?? null,
    replay: describeReplay(config),
    ...(membership === null ? {} : { replication: membership.cluster }),
  });
  const served =
    metrics === null ? null : { route: metrics.serve({ store, collaboration, rules }), gateway: metrics.gateway };
  try {
    if (membership !== null)
      await takePart(membership, {
        collaboration,
        listener,
        clock,
        meters: metrics?.gateway ?? null,
        metrics: served?.route,
        log: logger.child({ component: 'cluster' }),
        signal: parts.signal,
      });
    // Before anybody is let in: whose access was taken back must be known, here or on another node.
    await registry.open(collaboration);
  } catch (error) {
    // A server that can't know whom to keep out starts nothing that it would have to stop again.
    rules.close();
    registry.close();
    auditLog.close();
    await membership?.close();
    await collaboration.close();
    throw error;
  }
  const drain = planDrain(config.drainTimeoutMs, config.drainSpreadMs);
  const gateway = createGateway({
    collaboration,
    limits: config.limits,
    drain,
    readAddress,
    clock,
    log: logger.child({ component: 'gateway' }),
    meters: metrics?.gateway ?? null,
  });
  const documents = createDocuments({
    store,
    editor: endLinksWith(collaboration, rules, registryLog),
    bin: rules.bin,
    takeTurn,
    knowsAllNames,
  });
  const retries = new Retries({ clock, log: logger.child({ component: 'comments' }), mayPass });
  const comments = createComments({
    documents,
    live: collaboration,
    takeTurn,
    now: () => clock.now(),
    retries,
    maxAnchorsPerCommenter: config.limits.maxAnchorsPerCommenter,
    onFull: () => metrics?.collab.editRefused('comments-full'),
    anchorPace: new AnchorPace(config.limits.maxAnchorsPerMinute, () => clock.monotonicMs()),
    onTooFast: () => metrics?.collab.editRefused('too-many-anchors'),
  });
  const stopPurging = purgeOverdue({
    bin: rules.bin,
    clock,
    log: registryLog,
    knowsAll: () => membership?.cluster.knowsAllNames ?? true,
    purge: (name) => documents.purge(name),
  });
  const contents = createContents({
    documents,
    live: collaboration,
    takeTurn,
    maxListedPeople: config.limits.maxListedPeople,
    ...(membership === null ? {} : { elsewhere: membership.elsewhere }),
    slicing: createSlicing(() => store.queue.entries > 0),
  });
  const events = createEvents(collaboration);
  const sweep = sweepCompanions(store, logger.child({ component: 'collab' }));
  const states = new DocumentStates({ store, clock });
  const cursors = createCursors(await findCursorKeys(config, dataDirectory, logger.child({ component: 'http' })));
  let closing: Promise<void> | null = null;

  const isDraining = (): boolean => closing !== null;
  const readUnreadiness = (): UnreadyReason[] => [
    ...(isDraining() ? [{ code: 'draining' as const, detail: 'The server is stopping' }] : []),
    ...findStoreUnreadiness(store.status),
    ...findClusterUnreadiness(membership?.cluster.unreadiness ?? null),
    // Closed before the last edits are on disk: nobody comes in any more whom it would have to know.
    ...(isDraining() ? [] : findRegistryUnreadiness(registry.trouble)),
  ];
  const stopWatchingStore = logStoreStatus(store, logger.child({ component: 'journal' }));
  const log = logger.child({ component: 'http' });
  const api = createApi({
    documents,
    contents,
    states,
    events,
    cursors,
    guard,
    readAddress,
    origins,
    clock,
    log,
    isDraining,
    rules,
    meters: metrics?.http ?? null,
    servesApp: config.app,
  });
  addThreads(api, { comments, guard, readAddress });
  const app = createApp({
    api,
    staticApp: config.app ? createStaticApp(config.appDirectory ?? findBuiltApp()) : null,
    readUnreadiness,
    readWarnings: membership?.readWarnings,
    peers: membership?.routes,
    log,
    metrics: served,
  });
  const httpDoor = createHttpDoor({ gateway, origins, isDraining, clock, meters: metrics?.gateway ?? null });
  listener.handle(createHandlers({ app, gateway, httpDoor, origins, isDraining, meters: metrics?.gateway ?? null }));

  async function close(): Promise<void> {
    // Who asks meanwhile gets an answer: load balancers that it is not ready, clients when to try again.
    await gateway.close();
    httpDoor.close();
    await sweep.stop();
    stopPurging();
    retries.close();
    rules.close();
    registry.close();
    await collaboration.close(drain.judgingMs);
    // What was stored is published, and other nodes may still ask for it.
    await membership?.close();
    listener.stopAccepting();
    if (parts.store === undefined) await store.close();
    stopWatchingStore();
    states.close();
    authenticator.close();
    auditLog.close();
    metrics?.close();
    await listener.close();
  }

  return {
    url: describeUrl(config, listener),
    port: listener.port,
    hosts: listener.hosts,
    data: dataDirectory,
    documents,
    comments,
    events,
    links: rules.links,
    revocations: rules.revocations,
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

/** What lasts: the cluster's secret, or else the data directory. Undefined where there is neither. */
async function findCursorKeys(config: Config, directory: string | null, log: Logger): Promise<CursorKeys | undefined> {
  const [first, ...others] = config.cluster.secret;
  if (config.redis !== undefined && first !== undefined) return deriveCursorKeys([first, ...others]);
  return directory === null ? undefined : keepCursorKey(join(directory, 'cursor-key'), log);
}

function chooseLog(
  config: Config,
  { logger, droppedLogLines }: ServerParts,
): { logger: Logger; droppedLogLines: () => number } {
  if (logger !== undefined) return { logger, droppedLogLines: droppedLogLines ?? (() => 0) };
  const log = createLog(config.log);
  return { logger: log.logger, droppedLogLines: droppedLogLines ?? (() => log.droppedLines) };
}

function describeMetrics(config: Config, clock: Clock, parts: ServerParts): Omit<MetricsOptions, 'droppedLogLines'> {
  const dataDirectory = parts.store === undefined ? resolve(config.data) : null;
  return {
    clock,
    token: config.metricsToken,
    dataDirectory,
    queueLimitBytes: config.journal.queueBytes,
    sessionLimit: config.limits.maxSessions,
  };
}

function describeReplay({ events: { replayEvents, replayBytes, replayMs, maxReplayBytes } }: Config) {
  return { maxEvents: replayEvents, maxBytes: replayBytes, maxAgeMs: replayMs, maxTotalBytes: maxReplayBytes };
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
