import type { StoreStatus } from '@quire/persistence';
import { Hono } from 'hono';

export interface UnreadyReason {
  readonly code: 'starting' | 'draining' | 'storage-refused' | 'storage-closed' | 'registry-unknown';
  readonly detail: string;
  /** ISO 8601, when it is known. */
  readonly since?: string;
}

/** Why no new work should be sent to this server; none when it may. */
export type ReadUnreadiness = () => readonly UnreadyReason[];

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

/** `/healthz`: the process answers. `/readyz`: it can take edits, or why it can't. Both cost next to nothing. */
export function createHealth(readUnreadiness: ReadUnreadiness): Hono {
  const health = new Hono();
  const headers = { 'Cache-Control': 'no-store' };
  health.get('/healthz', (context) => context.json({ status: 'ok' }, 200, headers));
  health.get('/readyz', (context) => {
    const reasons = readUnreadiness();
    return reasons.length === 0
      ? context.json({ status: 'ready' }, 200, headers)
      : context.json({ status: 'unready', reasons }, 503, headers);
  });
  return health;
}
