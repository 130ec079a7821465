import type { Hono } from 'hono';
import type { Clock } from './clock.ts';
import type { Collaboration } from './collab/collaboration.ts';
import type { ClusterMembership } from './compose-cluster.ts';
import { createStartingHandlers } from './http/handlers.ts';
import { findClusterUnreadiness, type UnreadyReason } from './http/health.ts';
import type { Listener } from './http/listener.ts';
import type { Logger } from './observability/log.ts';
import type { GatewayMeters } from './observability/metrics/gateway-meters.ts';

/** Often enough to see that it goes on, rarely enough to be read. */
const PROGRESS_INTERVAL_MS = 5_000;

/** It has caught up, and those who ask are still answered by what stands in for a server. */
const STARTING: UnreadyReason = { code: 'starting', detail: 'Share links and revocations are being read' };

export interface StartingNode {
  readonly collaboration: Collaboration;
  readonly listener: Listener;
  readonly clock: Clock;
  readonly meters: GatewayMeters | null;
  /** Where what is counted is told; left out: nothing is. */
  readonly metrics: Hono | undefined;
  readonly log: Logger;
  /** Ends the waiting; with its reason the promise rejects. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Joins the cluster, and waits until this node has everything that it holds (R12). Meanwhile other nodes are answered, since
 * they may wait for this one, and whoever may see what is counted; nobody else.
 */
export async function takePart({ cluster, routes }: ClusterMembership, node: StartingNode): Promise<void> {
  const { clock, collaboration, listener, log, meters, metrics, signal } = node;
  cluster.attach(collaboration);
  listener.handle(
    createStartingHandlers({
      meters,
      metrics,
      peers: routes,
      readUnreadiness: () => {
        const waits = findClusterUnreadiness(cluster.unreadiness);
        return waits.length > 0 ? waits : [STARTING];
      },
    }),
  );
  signal?.throwIfAborted();
  await cluster.start();
  const stopTelling = clock.every(PROGRESS_INTERVAL_MS, () =>
    log.info({ waits: cluster.unreadiness }, 'this node catches up with its cluster'),
  );
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([cluster.caughtUp, givenUp]);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    stopTelling();
  }
}
