import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DocumentStore, MemoryStore } from '@quire/persistence';
import { pino } from 'pino';
import { type Authenticator, createOpenAuthenticator } from '../auth/authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { lasting, type Standing } from '../auth/standing.ts';
import { type Clock, systemClock } from '../clock.ts';
import {
  type Collaboration,
  type CollaborationLimits,
  type CollaborationOptions,
  createCollaboration,
  type Extension,
} from '../collab/collaboration.ts';
import type { Judge } from '../collab/judgement-thread.ts';
import type { Replication } from '../collab/replication.ts';
import type { DrainPlan } from '../gateway/drain.ts';
import { createGateway, type Gateway, type GatewayLimits } from '../gateway/gateway.ts';
import { createAddressReader } from '../http/client-address.ts';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';

const MIB = 1024 * 1024;

export const testLimits: CollaborationLimits & GatewayLimits = {
  maxSessions: 1_000,
  maxSessionsPerAddress: 1_000,
  maxSessionsPerUser: 1_000,
  maxClientsPerDocument: 1_000,
  maxFramesPerSecond: 100_000,
  maxReceivedBytesPerSecond: 1_000 * MIB,
  rateBurstMs: 10_000,
  maxFrameBytes: 8 * MIB,
  maxFragments: 1_000,
  maxBufferedChunks: 10_000,
  maxUnsentBytes: 16 * MIB,
  stallTimeoutMs: 30_000,
  establishTimeoutMs: 15_000,
  pingIntervalMs: 20_000,
  maxDocumentBytes: 16 * MIB,
  maxClientIdsPerDocument: 100_000,
  maxUpdateParts: 100_000,
  maxNestingDepth: 100,
  maxJudgingBytes: 64 * MIB,
  maxJudgingMs: 60_000,
  maxPresenceStateBytes: 16 * 1024,
  maxPresenceEntries: 256,
  maxListedPeople: 200,
  maxEventBytes: 16 * 1024,
  maxEventsPerSecond: 1_000,
  maxEventsPerSecondPerDocument: 1_000,
  maxPendingUpdates: 50,
  maxPendingBytes: 64 * 1024,
  maxUnestablishedBytes: MIB,
  maxUnestablishedFrames: 1_000,
  maxDocumentsPerSession: 64,
  maxQueueBytesPerDocument: 16 * MIB,
  maxRingBytesPerDocument: 4 * MIB,
  maxRingBytes: 64 * MIB,
  unloadDelayMs: 5,
};

const allAtOnce: DrainPlan = { spreadMs: 0, receiptsMs: 0, goodbyeMs: 2_000 };

export interface StartedGateway {
  /** `ws://127.0.0.1:port` */
  readonly url: string;
  readonly store: DocumentStore;
  readonly collaboration: Collaboration;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

export interface StartOptions {
  readonly store?: DocumentStore;
  readonly authenticator?: Authenticator;
  /** What ends access before its time; left out: nothing. */
  readonly standing?: Standing;
  readonly extensions?: readonly Extension[];
  readonly limits?: Partial<CollaborationLimits & GatewayLimits>;
  /** Left out: all sessions at once, with time to say goodbye. */
  readonly drain?: DrainPlan;
  /** Left out: the system's. */
  readonly clock?: Clock;
  readonly trustedProxies?: readonly string[];
  readonly maxJournalQueueBytes?: number;
  readonly meters?: GatewayMeters;
  /** Left out: nobody reads it. */
  readonly log?: Logger;
  /** Left out: a thread. */
  readonly judge?: Judge;
  /** Left out: there are no other nodes. */
  readonly replication?: Replication;
  /** What is remembered of events. Left out: as much as by default. */
  readonly replay?: CollaborationOptions['replay'];
}

/** A gateway and its documents on a free port, with nothing else of a server: real sockets, a store in memory unless given. */
export async function startGateway(options: StartOptions = {}): Promise<StartedGateway> {
  const store = options.store ?? new MemoryStore();
  const log = options.log ?? pino({ level: 'silent' });
  const limits = { ...testLimits, ...options.limits };
  const clock = options.clock ?? systemClock;
  const standing = options.standing ?? lasting;
  const collaboration = createCollaboration({
    store,
    guard: createGuard(options.authenticator ?? createOpenAuthenticator(), log, { standing }),
    standing,
    log,
    clock,
    limits,
    maxJournalQueueBytes: options.maxJournalQueueBytes ?? 64 * MIB,
    extensions: options.extensions ?? [],
    ...(options.judge === undefined ? {} : { judge: options.judge }),
    ...(options.replication === undefined ? {} : { replication: options.replication }),
    ...(options.replay === undefined ? {} : { replay: options.replay }),
  });
  const gateway = createGateway({
    collaboration,
    limits,
    readAddress: createAddressReader(options.trustedProxies ?? []),
    drain: options.drain ?? allAtOnce,
    clock,
    log,
    meters: options.meters ?? null,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    store,
    collaboration,
    gateway,
    async close() {
      server.close();
      await gateway.close();
      await collaboration.close();
      if (options.store === undefined) await store.close();
    },
  };
}
