import { hostname, networkInterfaces } from 'node:os';
import type { ClusterFile } from './cluster/cluster-file.ts';
import { createElsewhere } from './cluster/elsewhere.ts';
import { decodeEntries, encodeEntries } from './cluster/entry-record.ts';
import { createHttpPeerLink } from './cluster/http/http-peer-link.ts';
import { createPeerRoutes } from './cluster/http/peer-routes.ts';
import { createCluster } from './cluster/live-cluster.ts';
import { MissedEvents } from './cluster/missed-events.ts';
import { parseRedisAddress } from './cluster/redis/redis-address.ts';
import { createRedisBus } from './cluster/redis/redis-bus.ts';
import { createRooms } from './cluster/rooms/rooms.ts';
import type { ClusterMembership, ClusterParts } from './compose-cluster.ts';
import { findClusterAddress } from './config/cluster-address.ts';
import { findBusWarnings } from './http/health.ts';
import { version } from './version.ts';

/** This node's part in the cluster of a Redis. */
export function createMembership(parts: ClusterParts, file: ClusterFile, redis: string): ClusterMembership {
  const { audit, clock, config, log, meters, people, readAddress, readEvents, store } = parts;
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
    address: parseRedisAddress(redis),
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
    rooms: createRooms({
      bus,
      incarnation,
      clock,
      log,
      meters: meters?.rooms ?? null,
      mostStatelessCharacters: config.limits.maxUnsentBytes,
    }),
    ...(meters === null ? {} : { meters }),
  });
  meters?.watch({
    nodes: () => cluster.nodes,
    unpublished: () => cluster.unpublished,
    unreceipted: () => cluster.unreceipted,
    clockSkewMs: () => cluster.clockSkewMs,
  });
  const missed = new MissedEvents({
    bus,
    link: peers,
    clock,
    log,
    readNodes: () => cluster.nodes,
    readDocuments: readEvents,
  });
  const routes = createPeerRoutes({
    cluster,
    readBus: () => bus.status,
    people,
    events: { takenWithin: (ms, marginMs) => readEvents().takenWithin(ms, marginMs) },
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
      missed.close();
      await cluster.close();
      peers.close();
      stopWatchingBus?.();
    },
  };
}
