import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { DocumentStore } from '@quire/persistence';
import type { Hono } from 'hono';
import type { AuditLog } from './auth/audit-log.ts';
import type { Clock } from './clock.ts';
import { type ClusterFile, noteTimeAlone, openClusterFile } from './cluster/cluster-file.ts';
import { createElsewhere, type Elsewhere } from './cluster/elsewhere.ts';
import { decodeEntries, encodeEntries } from './cluster/entry-record.ts';
import { createHttpPeerLink } from './cluster/http/http-peer-link.ts';
import { createPeerRoutes } from './cluster/http/peer-routes.ts';
import type { PeopleOfNode } from './cluster/http/people-routes.ts';
import { createCluster, type LiveCluster } from './cluster/live-cluster.ts';
import { parseRedisAddress } from './cluster/redis/redis-address.ts';
import { createRedisBus } from './cluster/redis/redis-bus.ts';
import { createRooms } from './cluster/rooms/rooms.ts';
import { findClusterAddress } from './config/cluster-address.ts';
import type { Config } from './config.ts';
import type { ReadClientAddress } from './http/client-address.ts';
import { findBusWarnings, type HealthWarning } from './http/health.ts';
import type { Logger } from './observability/log.ts';
import type { ClusterMeters } from './observability/metrics/cluster-meters.ts';
import { version } from './version.ts';

export interface ClusterParts {
  readonly config: Config;
  readonly store: DocumentStore;
  /** Null when the store was given: then what is known of the cluster is only in memory. */
  readonly dataDirectory: string | null;
  readonly listener: { readonly hosts: readonly string[]; readonly port: number };
  readonly readAddress: ReadClientAddress;
  /** Asked by nobody before this node takes part. */
  readonly people: PeopleOfNode;
  readonly audit: Pick<AuditLog, 'warn'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: ClusterMeters | null;
}

/** This node's part in a cluster, with what other nodes ask it. */
export interface ClusterMembership {
  readonly cluster: LiveCluster;
  readonly routes: Hono;
  readonly elsewhere: Elsewhere;
  readWarnings(): readonly HealthWarning[];
  close(): Promise<void>;
}

/** Null for a node by itself, which is one that has no Redis. */
export async function composeCluster(parts: ClusterParts): Promise<ClusterMembership | null> {
  const { audit, clock, config, log, meters, people, readAddress, store } = parts;
  const file = parts.dataDirectory === null ? inMemory() : openClusterFile(join(parts.dataDirectory, 'cluster.json'));
  if (config.redis === undefined) {
    // A file that can't be read keeps it from its cluster, and not from running by itself.
    await noteTimeAlone(file).catch((error) => log.warn({ err: error }, 'what is known of a cluster can not be read'));
    return null;
  }
  const {
    ackTimeoutMs,
    address,
    nodes,
    prefix,
    receipts,
    redisCaFile,
    secret: secrets,
    streamAgeMs,
    streamBytes,
  } = config.cluster;
  const { incarnation } = store;
  const bus = createRedisBus({
    address: parseRedisAddress(config.redis),
    node: incarnation,
    prefix,
    clock,
    log,
    commandTimeoutMs: ackTimeoutMs,
    streamAgeMs,
    streamBytes,
    ...(redisCaFile === undefined ? {} : { caFile: redisCaFile }),
    ...(meters === null ? {} : { meters: meters.bus }),
  });
  const peers = createHttpPeerLink({ secrets, codec: { decode: decodeEntries }, clock });
  const stopWatchingBus = meters?.watchBus(bus);
  const cluster = createCluster({
    store,
    bus,
    peers,
    clock,
    log,
    file,
    address:
      address ??
      findClusterAddress(parts.listener.hosts, parts.listener.port, {
        interfaces: networkInterfaces(),
        hostname: hostname(),
      }),
    release: version,
    settings: { expectedNodes: nodes, receipts, receiptPatienceMs: ackTimeoutMs },
    rooms: createRooms({ bus, incarnation, clock, log, meters: meters?.rooms ?? null }),
    ...(meters === null ? {} : { meters }),
  });
  meters?.watch({
    nodes: () => cluster.nodes,
    unpublished: () => cluster.unpublished,
    unreceipted: () => cluster.unreceipted,
    clockSkewMs: () => cluster.clockSkewMs,
  });
  const routes = createPeerRoutes({
    cluster,
    readBus: () => bus.status,
    people,
    secrets,
    codec: { encode: encodeEntries },
    readAddress,
    audit,
    clock,
    log,
    meters,
  });
  return {
    cluster,
    routes,
    elsewhere: createElsewhere({ link: peers, clock, readNodes: () => cluster.nodes }),
    readWarnings: () => findBusWarnings(bus.status),
    async close() {
      await cluster.close();
      peers.close();
      stopWatchingBus?.();
    },
  };
}

function inMemory(): ClusterFile {
  let kept: Awaited<ReturnType<ClusterFile['read']>> = null;
  return {
    read: () => Promise.resolve(kept),
    write(record) {
      kept = record;
      return Promise.resolve();
    },
  };
}
