import { type DocumentInfo, type DocumentsApi, type ListDocumentsOptions, QuireError } from '@quire/client';
import { expect, test } from 'vitest';
import { createDocumentList, PAGE_SIZE } from './document-list.ts';

function describe(name: string): DocumentInfo {
  return { name, title: `Title of ${name}`, created: '', edited: '', size: 1, damaged: false };
}

/** Serves `names` by position; each request waits until the test lets it go. */
function createApi(names: string[]) {
  const requests: { options: ListDocumentsOptions; release: () => void; fail: (message: string) => void }[] = [];
  const api = {
    list: (options: ListDocumentsOptions = {}) =>
      new Promise((resolve, reject) => {
        const start = options.after === undefined ? 0 : Number(options.after);
        const end = start + (options.limit ?? 50);
        const documents = names.slice(start, end).map(describe);
        const next = end < names.length ? String(end) : null;
        requests.push({
          options,
          release: () => resolve({ documents, next }),
          fail: (message) => reject(new Error(message)),
        });
        options.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  } as unknown as DocumentsApi;
  /** Until no request follows from an answer: by then everything that it settled has run. */
  async function answerAll(): Promise<void> {
    do {
      requests.shift()?.release();
      await new Promise((resolve) => setImmediate(resolve));
    } while (requests.length > 0);
  }
  return { api, requests, answerAll, names };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `doc-${index}`);

test('the first page is there after a refresh, and says whether there is more', async () => {
  const { api, answerAll } = createApi(numbered(PAGE_SIZE + 1));
  const list = createDocumentList(api);
  expect(list.get()).toEqual({ kind: 'loading' });
  void list.refresh();
  await answerAll();
  const state = list.get();
  expect(state).toMatchObject({ kind: 'ready', next: String(PAGE_SIZE), stale: null });
  expect(state.kind === 'ready' && state.documents).toHaveLength(PAGE_SIZE);
});

test('a refresh keeps as many documents on screen as were there', async () => {
  const { api, answerAll } = createApi(numbered(500));
  const list = createDocumentList(api);
  void list.refresh();
  void list.loadAtLeast(320);
  await answerAll();
  const before = list.get();
  void list.refresh();
  await answerAll();
  expect(before.kind === 'ready' && before.documents.length).toBe(320);
  expect(list.get()).toEqual(before);
});

test('two refreshes at once are one, and later work waits for it', async () => {
  const { api, requests, answerAll } = createApi(numbered(60));
  const list = createDocumentList(api);
  const first = list.refresh();
  expect(list.refresh()).toBe(first);
  const more = list.loadAtLeast(60);
  await Promise.resolve();
  expect(requests).toHaveLength(1);
  await answerAll();
  await more;
  const state = list.get();
  expect(state.kind === 'ready' && state.documents.length).toBe(60);
});

test('a document that moved between two pages is shown once', async () => {
  const { api, answerAll, names } = createApi(numbered(80));
  const list = createDocumentList(api);
  void list.refresh();
  await answerAll();
  names.unshift('new');
  void list.loadAtLeast(80);
  await answerAll();
  const state = list.get();
  const shown = state.kind === 'ready' ? state.documents.map((document) => document.name) : [];
  expect(new Set(shown).size).toBe(shown.length);
});

test('an unreachable server is an error with words, until a retry succeeds', async () => {
  const { api, requests, answerAll } = createApi(numbered(3));
  const list = createDocumentList(api);
  const failing = list.refresh();
  await Promise.resolve();
  requests.shift()?.fail('The server can’t be reached.');
  await failing;
  expect(list.get()).toEqual({ kind: 'failed', message: 'The server can’t be reached.' });
  void list.refresh();
  await answerAll();
  expect(list.get().kind).toBe('ready');
});

test('a failed refresh keeps what is on screen and says that it may be old', async () => {
  const { api, requests, answerAll } = createApi(numbered(3));
  const list = createDocumentList(api);
  void list.refresh();
  await answerAll();
  const failing = list.refresh();
  await Promise.resolve();
  requests.shift()?.fail('away');
  await failing;
  expect(list.get()).toMatchObject({ kind: 'ready', stale: 'away', documents: [{}, {}, {}] });
});

test('a request that hangs becomes an error with words, and the next refresh is free to succeed', async () => {
  const { api, requests, answerAll } = createApi(numbered(3));
  let expire = () => {};
  const limit = () => {
    const controller = new AbortController();
    expire = () => controller.abort();
    return controller.signal;
  };
  const deafApi: DocumentsApi = { ...api, list: ({ signal: _, ...options } = {}) => api.list(options) };
  const list = createDocumentList(deafApi, { limit });
  const hanging = list.refresh();
  await Promise.resolve();
  expect(requests).toHaveLength(1);
  requests.length = 0;
  expire();
  await hanging;
  expect(list.get()).toEqual({ kind: 'failed', message: 'The server doesn’t answer.' });
  void list.refresh();
  await answerAll();
  expect(list.get()).toMatchObject({ kind: 'ready', stale: null });
  const again = list.refresh();
  await Promise.resolve();
  expire();
  await again;
  expect(list.get()).toMatchObject({ kind: 'ready', stale: 'The server doesn’t answer.', documents: [{}, {}, {}] });
});

test('a deleted document does not come back with an answer that was already on its way', async () => {
  const { api, requests, answerAll } = createApi(numbered(3));
  const list = createDocumentList(api);
  void list.refresh();
  await answerAll();
  const refresh = list.refresh();
  await Promise.resolve();
  list.remove('doc-1');
  requests.shift()?.release();
  await refresh;
  const state = list.get();
  expect(state.kind === 'ready' && state.documents.map((document) => document.name)).toEqual(['doc-0', 'doc-2']);
});

test('a closed list asks for nothing more and changes no more', async () => {
  const { api, requests } = createApi(numbered(3));
  const list = createDocumentList(api);
  const refresh = list.refresh();
  await Promise.resolve();
  list.close();
  await refresh;
  expect(requests[0]?.options.signal?.aborted).toBe(true);
  expect(list.get()).toEqual({ kind: 'loading' });
});

test('[G6] somebody whom the server does not know is told so, and sees nothing that was listed before', async () => {
  let isKnown = true;
  const refusal = new QuireError('refused', 'Sign in', { status: 401, problem: 'unauthorized' });
  const list = createDocumentList({
    list: () => (isKnown ? Promise.resolve({ documents: [describe('secret')], next: null }) : Promise.reject(refusal)),
  } as unknown as DocumentsApi);
  await list.refresh();
  expect(list.get()).toMatchObject({ kind: 'ready' });
  isKnown = false;
  await list.refresh();
  expect(list.get()).toEqual({ kind: 'signed-out' });
  isKnown = true;
  await list.refresh();
  expect(list.get()).toMatchObject({ kind: 'ready' });
});
