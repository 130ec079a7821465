import { MemoryStore } from '@quire/persistence';
import { expect, it } from 'vitest';
import { BusError } from '../cluster/cluster-bus.ts';
import { createHealth, findBusWarnings, findClusterUnreadiness, findStoreUnreadiness } from './health.ts';

it('[G5] a server whose disk refuses writes is unready, says why, and recovers', async () => {
  const store = new MemoryStore();
  const health = createHealth(() => findStoreUnreadiness(store.status));
  expect((await health.request('/readyz')).status).toBe(200);

  store.refuse();
  const refused = await health.request('/readyz');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toEqual({
    status: 'unready',
    reasons: [{ code: 'storage-refused', detail: expect.any(String), since: expect.any(String) }],
  });
  expect((await health.request('/healthz')).status).toBe(200);

  store.recover();
  const ready = await health.request('/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: 'ready' });

  await store.close();
  expect((await health.request('/readyz')).status).toBe(503);
});

it('names every reason', async () => {
  const health = createHealth(() => [
    { code: 'draining', detail: 'The server is stopping' },
    { code: 'storage-closed', detail: 'The store is closed' },
  ]);
  const body = JSON.stringify(await (await health.request('/readyz')).json());
  expect(body).toContain('draining');
  expect(body).toContain('storage-closed');
});

it('is never cached', async () => {
  const health = createHealth(() => []);
  for (const path of ['/healthz', '/readyz']) {
    expect((await health.request(path)).headers.get('cache-control')).toBe('no-store');
  }
});

it('[R12] a node that has not caught up with its cluster is unready, and says what it waits for', async () => {
  let unreadiness: string | null = 'It waits for 12 entries of node b';
  const health = createHealth(() => findClusterUnreadiness(unreadiness));
  const behind = await health.request('/readyz');
  expect(behind.status).toBe(503);
  expect(await behind.json()).toEqual({
    status: 'unready',
    reasons: [{ code: 'cluster-catching-up', detail: 'It waits for 12 entries of node b' }],
  });
  expect((await health.request('/healthz')).status).toBe(200);
  unreadiness = null;
  expect((await health.request('/readyz')).status).toBe(200);
});

it('[G5] a node without its Redis stays ready, with a warning for as long as that lasts', async () => {
  const error = new BusError('unreachable', 'Redis does not answer');
  const away = { state: 'away', error, since: Date.parse('2026-11-26T12:00:00Z') } as const;
  const answer = await createHealth(
    () => [],
    () => findBusWarnings(away),
  ).request('/readyz');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: 'ready',
    warnings: [{ code: 'redis-away', detail: 'Redis does not answer', since: '2026-11-26T12:00:00.000Z' }],
  });
  expect(findBusWarnings({ state: 'connected' })).toEqual([]);
});
