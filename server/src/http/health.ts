import type { StoreStatus } from '@quire/persistence';
import { Hono } from 'hono';
import type { BusStatus } from '../cluster/cluster-bus.ts';

export interface UnreadyReason {
  readonly code:
    | 'starting'
    | 'draining'
    | 'storage-refused'
    | 'storage-closed'
    | 'registry-unknown'
    | 'cluster-catching-up';
  readonly detail: string;
  /** ISO 8601, when it is known. */
  readonly since?: string;
}

/** Why no new work should be sent to this server; none when it may. */
export type ReadUnreadiness = () => readonly UnreadyReason[];

/** What is not as it should be, though work goes on. */
export interface HealthWarning {
  readonly code: 'redis-away';
  readonly detail: string;
  /** ISO 8601. */
  readonly since: string;
}

export type ReadWarnings = () => readonly HealthWarning[];

/** What keeps a store from taking edits (G5: a disk that refuses writes makes the node unready at once). */
export function findStoreUnreadiness(status: StoreStatus): UnreadyReason[] {
  switch (status.state) {
    case 'ready':
      return [];
    case 'refusing':
      return [
        {
          code: 'storage-refused',
          detail: status.error.message,
          since: new Date(status.since).toISOString(),
        },
      ];
    case 'closed':
      return [{ code: 'storage-closed', detail: 'The store is closed' }];
    default:
      return status satisfies never;
  }
}

/** @param trouble why share links and revocations are not known; null: they are (G6) */
export function findRegistryUnreadiness(trouble: string | null): UnreadyReason[] {
  return trouble === null ? [] : [{ code: 'registry-unknown', detail: trouble }];
}

/** @param unreadiness why this node of a cluster may not serve documents yet; null: it may (R12) */
export function findClusterUnreadiness(unreadiness: string | null): UnreadyReason[] {
  return unreadiness === null ? [] : [{ code: 'cluster-catching-up', detail: unreadiness }];
}

/** That Redis is away makes no node unready: editing goes on, and nodes ask each other directly (G5). */
export function findBusWarnings(status: BusStatus): HealthWarning[] {
  if (status.state !== 'away') return [];
  return [{ code: 'redis-away', detail: status.error.message, since: new Date(status.since).toISOString() }];
}

/** `/healthz`: the process answers. `/readyz`: it can take edits, or why it can't. Both cost next to nothing. */
export function createHealth(readUnreadiness: ReadUnreadiness, readWarnings: ReadWarnings = () => []): Hono {
  const health = new Hono();
  const headers = { 'Cache-Control': 'no-store' };
  health.get('/healthz', (context) => context.json({ status: 'ok' }, 200, headers));
  health.get('/readyz', (context) => {
    const reasons = readUnreadiness();
    const warnings = readWarnings();
    const warned = warnings.length === 0 ? {} : { warnings };
    return reasons.length === 0
      ? context.json({ status: 'ready', ...warned }, 200, headers)
      : context.json({ status: 'unready', reasons, ...warned }, 503, headers);
  });
  return health;
}
