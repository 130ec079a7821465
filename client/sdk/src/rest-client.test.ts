import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from './clock.ts';
import { createParts } from './parts.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { type RunningServer, serve } from './testing/serve.ts';

let data: string;
let server: RunningServer;
let api: RestClient;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-rest-'));
  server = await serve(0, data);
  const options = {
    baseUrl: `http://127.0.0.1:${server.port}`,
    getToken: () => Promise.resolve(''),
    clock: systemClock,
    fetch,
  };
  api = createRestClient(options, createParts({ clock: systemClock, environment: createFakeEnvironment() }));
});

afterEach(async () => {
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

const plan = { parameters: { name: 'team/plan' } };

describe('the calls of the HTTP API, against a real server', () => {
  it('send and read what the server takes and answers, each in its type', async () => {
    const created = await api.call('createDocument', { body: { name: 'team/plan', title: 'Plan' } });
    expect(created.title).toBe('Plan');
    const done = await api.call('replaceContent', { ...plan, body: '# Hello\n', type: 'text/markdown' });
    expect(done).toBeUndefined();
    expect(await api.call('readContent', { ...plan, query: { format: 'html' } })).toBe('<h1>Hello</h1>');
    expect(await api.call('readContent', plan)).toMatchObject({ type: 'doc' });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, await api.call('readUpdate', plan));
    expect(doc.getXmlFragment('default').length).toBe(1);
    doc.getText('notes').insert(0, 'by the way');
    const update = new Uint8Array(Y.encodeStateAsUpdate(doc));
    await api.call('writeUpdate', { ...plan, body: update, type: 'application/octet-stream' });
    const copy = await api.call('copyDocument', { ...plan, body: { title: 'Copy' } });
    const { documents } = await api.call('listDocuments', { query: { search: 'copy', limit: 10 } });
    expect(documents.map(({ name }) => name)).toEqual([copy.name]);
    expect(await api.call('listPresence', plan)).toEqual({ people: [], counted: 0, unanswered: [] });
    expect(await api.call('downloadState', plan)).toBeUndefined();
  });

  it('carry the headers that they have: what is said again under the same key counts once', async () => {
    const said = { ...plan, headers: { 'Idempotency-Key': 'order-17' }, body: { name: 'OrderCreated' } } as const;
    const first = await api.call('sendEvent', said);
    expect(await api.call('sendEvent', said)).toEqual(first);
    expect((await api.call('sendEvent', { ...said, headers: {} })).id).not.toBe(first.id);
  });

  it('reject with what to do, and with the code of the server', async () => {
    const failed = api.call('readContent', { parameters: { name: 'none' } });
    await expect(failed).rejects.toMatchObject({ code: 'refused', status: 404, problem: 'unknown-document' });
    const nonsense = api.call('writeUpdate', { ...plan, body: 'x', type: 'application/octet-stream' });
    await expect(nonsense).rejects.toMatchObject({ problem: 'unknown-document' });
  });

  it('end when their signal does', async () => {
    const signal = AbortSignal.abort(new Error('not needed'));
    await expect(api.call('listDocuments', { signal })).rejects.toThrow('not needed');
  });
});
