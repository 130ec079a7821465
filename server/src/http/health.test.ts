import { MemoryStore } from '@quire/persistence';
import { expect, it } from 'vitest';
import { createHealth, findStoreUnreadiness } from './health.ts';

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
