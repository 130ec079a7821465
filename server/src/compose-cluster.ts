import { join } from 'node:path';
import type { DocumentStore } from '@quire/persistence';
import type { Hono } from 'hono';
import type { AuditLog } from './auth/audit-log.ts';
import type { Clock } from './clock.ts';
import { type ClusterFile, noteTimeAlone, openClusterFile } from './cluster/cluster-file.ts';
import type { Elsewhere } from './cluster/elsewhere.ts';
import type { PeopleOfNode } from './cluster/http/people-routes.ts';
import type { LiveCluster } from './cluster/live-cluster.ts';
import type { EventsOfNode } from './cluster/missed-events.ts';
import type { Config } from './config.ts';
import type { ReadClientAddress } from './http/client-address.ts';
import type { HealthWarning } from './http/health.ts';
import type { Logger } from './observability/log.ts';
import type { ClusterMeters } from './observability/metrics/cluster-meters.ts';

export interface ClusterParts {
  readonly config: Config;
  readonly store: DocumentStore;
  /** Null when the store was given: then what is known of the cluster is only in memory. */
  readonly dataDirectory: string | null;
  readonly listener: { readonly hosts: readonly string[]; readonly port: number };
  readonly readAddress: ReadClientAddress;
  /** Asked by nobody before this node takes part. */
  readonly people: PeopleOfNode;
  /** The same. */
  readonly readEvents: () => EventsOfNode;
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
  const { config, log } = parts;
  const file = parts.dataDirectory === null ? inMemory() : openClusterFile(join(parts.dataDirectory, 'cluster.json'));
  if (config.redis === undefined) {
    // A file that can't be read keeps it from its cluster, and not from running by itself.
    await noteTimeAlone(file).catch((error) => log.warn({ err: error }, 'what is known of a cluster can not be read'));
    return null;
  }
  // Only now: a node by itself does not wait for what only a cluster needs.
  const { createMembership } = await import('./cluster-membership.ts');
  return createMembership(parts, file, config.redis);
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
