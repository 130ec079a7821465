import { type CreatedLink, type LinksApi, QuireError, type ShareLink } from '@quire/client';
import { expect, test, vi } from 'vitest';
import { createShareLinksStore } from './share-links.ts';

function describe(id: string): ShareLink {
  return { id, role: 'reader', label: '', expires: null, created: '', createdBy: 'ada' };
}

/** A server that keeps links in memory, and refuses what a test tells it to. */
function createApi() {
  let links: ShareLink[] = [];
  let refusal: QuireError | null = null;
  const answer = <T>(value: () => T): Promise<T> =>
    refusal === null ? Promise.resolve().then(value) : Promise.reject(refusal);
  const api: LinksApi = {
    create: (_name, { role }) =>
      answer((): CreatedLink => {
        const link = { ...describe(`link-${links.length + 1}`), role };
        links = [link, ...links];
        return { ...link, token: 'qsl_secret', url: null };
      }),
    list: () => answer(() => links),
    revoke: (_name, id) =>
      answer(() => {
        if (!links.some((link) => link.id === id)) {
          throw new QuireError('refused', 'There is none', { status: 404, problem: 'unknown-link' });
        }
        links = links.filter((link) => link.id !== id);
      }),
  };
  return {
    api,
    refuse(error: QuireError | null) {
      refusal = error;
    },
    forget() {
      links = [];
    },
  };
}

const ids = (store: ReturnType<typeof createShareLinksStore>) => {
  const state = store.get();
  return state.kind === 'ready' ? state.links.map(({ id }) => id) : state.kind;
};

test('a link that was made is in the list, and gone once it is revoked', async () => {
  const store = createShareLinksStore(createApi().api, 'plan');
  const heard = vi.fn();
  store.subscribe(heard);
  expect(ids(store)).toBe('loading');
  await store.refresh();
  expect(ids(store)).toEqual([]);
  const { id, token } = await store.create({ role: 'editor' });
  expect([token, ids(store)]).toEqual(['qsl_secret', [id]]);
  await store.revoke(id);
  expect(ids(store)).toEqual([]);
  expect(heard).toHaveBeenCalledTimes(3);
});

test('a list that can’t be had says why, and comes with the next try', async () => {
  const { api, refuse } = createApi();
  const store = createShareLinksStore(api, 'plan');
  refuse(new QuireError('unreachable', 'The server can’t be reached.'));
  await store.refresh();
  expect(store.get()).toEqual({ kind: 'failed', message: 'The server can’t be reached.' });
  refuse(null);
  await store.refresh();
  expect(ids(store)).toEqual([]);
});

test('whoever asks hears what the server refuses, and keeps the list', async () => {
  const { api, refuse } = createApi();
  const store = createShareLinksStore(api, 'plan');
  const { id } = await store.create({ role: 'reader' });
  const refusal = new QuireError('refused', 'A document has at most 100 links', { status: 409 });
  refuse(refusal);
  await expect(store.create({ role: 'reader' })).rejects.toBe(refusal);
  await expect(store.revoke(id)).rejects.toBe(refusal);
  expect(ids(store)).toEqual([id]);
});

test('a link that somebody else has revoked meanwhile is as good as revoked', async () => {
  const { api, forget } = createApi();
  const store = createShareLinksStore(api, 'plan');
  const { id } = await store.create({ role: 'reader' });
  forget();
  await store.revoke(id);
  expect(ids(store)).toEqual([]);
});
