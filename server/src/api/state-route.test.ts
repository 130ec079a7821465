import { gunzipSync } from 'node:zlib';
import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createAuthenticator } from '../auth/create-authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { systemClock } from '../clock.ts';
import { readObject } from '../config/layers.ts';
import { parseConfig } from '../config/parse-config.ts';
import { makeNoise } from '../testing/made-up-updates.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { createStoreEditor } from '../testing/store-editor.ts';
import { SECRET, signToken } from '../testing/tokens.ts';
import { createApi } from './api.ts';
import { DocumentStates } from './document-states.ts';
import { createDocuments } from './documents.ts';

const KIB = 1024;
const origins = { allowedOrigins: ['https://docs.example'], isLoopbackOnly: false };
const path = '/v1/documents/team%2Fplan/state';

let api: Hono;
let clock: ManualClock;
let store: MemoryStore;
let text: string;
let reader: Record<string, string>;
beforeEach(async () => {
  clock = new ManualClock();
  store = new MemoryStore();
  const log = pino({ level: 'silent' });
  const config = parseConfig([readObject({ kind: 'code' }, { jwt: { secrets: [SECRET] } })]);
  const authenticator = await createAuthenticator(config, { origins, clock: systemClock, log });
  api = createApi({
    documents: createDocuments({ store, editor: createStoreEditor(store) }),
    states: new DocumentStates({ store, clock, limits: { minBytes: 64 * KIB, maxHeldBytes: 4_096 * KIB } }),
    guard: createGuard(authenticator, log),
    origins,
    clock,
    log,
    isDraining: () => false,
  });
  text = makeNoise(300 * KIB);
  await write('team/plan', text);
  await write('team/note', 'short');
  reader = { authorization: `Bearer ${await signToken({ grants: [{ documents: 'team/*', role: 'reader' }] })}` };
});

async function write(name: string, body: string): Promise<void> {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, body);
  const updates = [{ author: '', update: Y.encodeStateAsUpdate(doc) }];
  await store.append({ document: name, epoch: FIRST_EPOCH, time: 0, updates });
  await store.compact(name);
}

function ask(headers: Record<string, string> = {}, at = path, method = 'GET'): Promise<Response> {
  return Promise.resolve(api.request(`http://docs.example${at}`, { method, headers: { ...reader, ...headers } }));
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe('the state of a large document', () => {
  it('[G3] is downloaded whole, as an update in a gzip file', async () => {
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/gzip');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    const bytes = await bytesOf(response);
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, gunzipSync(bytes));
    expect(doc.getText('body').toString()).toBe(text);
    expect(response.headers.get('quire-epoch')).toBe('1-0000000000000000');
  });

  it('[G3] is resumed where it was cut, also after the server has forgotten it', async () => {
    const whole = await ask();
    const bytes = await bytesOf(whole);
    const etag = whole.headers.get('etag') ?? '';
    clock.advance(3_600_000);
    const rest = await ask({ range: 'bytes=100000-', 'if-range': etag });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe(`bytes 100000-${bytes.length - 1}/${bytes.length}`);
    expect(rest.headers.get('etag')).toBe(etag);
    expect((await bytesOf(rest)).equals(bytes.subarray(100_000))).toBe(true);
  });

  it('[R14] begins anew when the document was deleted, and made again, in between', async () => {
    const former = await ask();
    const etag = former.headers.get('etag') ?? '';
    await former.body?.cancel();
    const epoch = await store.delete('team/plan');
    const doc = new Y.Doc();
    doc.getText('body').insert(0, makeNoise(200 * KIB));
    const updates = [{ author: '', update: Y.encodeStateAsUpdate(doc) }];
    await store.append({ document: 'team/plan', epoch, time: 0, updates });
    await store.compact('team/plan');
    const present = await ask({ range: 'bytes=100000-', 'if-range': etag });
    expect(present.status).toBe(200);
    expect(present.headers.get('quire-epoch')).not.toBe('1-0000000000000000');
    await present.body?.cancel();
  });

  it('says that there is no such part', async () => {
    const response = await ask({ range: 'bytes=99999999-' });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toMatch(/^bytes \*\/\d+$/);
    expect(await bytesOf(response)).toHaveLength(0);
  });

  it('is there to be asked about, without being read', async () => {
    const large = await ask({}, path, 'HEAD');
    expect([large.status, large.body]).toEqual([200, null]);
    const small = await ask({}, '/v1/documents/team%2Fnote/state', 'HEAD');
    expect(small.status).toBe(204);
    const unknown = await ask({}, '/v1/documents/team%2Fnothing/state', 'HEAD');
    expect(unknown.status).toBe(204);
    expect((await ask({}, '/v1/documents/team%2Fnote/state')).status).toBe(204);
  });

  it('[G6] is for whoever may read the document', async () => {
    for (const method of ['GET', 'HEAD']) {
      expect((await ask({ authorization: '' }, path, method)).status).toBe(401);
      expect((await ask({}, '/v1/documents/other/state', method)).status).toBe(403);
    }
  });

  it('[G6] can be read by the pages that may connect, and by no others', async () => {
    const friend = { origin: 'https://docs.example' };
    const allowed = await ask(friend, path, 'HEAD');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://docs.example');
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    const preflight = await ask(friend, path, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const refused = await ask({ origin: 'https://evil.example' }, path, 'HEAD');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not changed here', async () => {
    const response = await ask({}, path, 'DELETE');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await store.stat('team/plan'))?.state).toBe('live');
  });

  it('[G4] is cut off for whoever takes nothing of it, and can be had again', async () => {
    const stalled = (await ask()).body?.getReader();
    await stalled?.read();
    clock.advance(30_000);
    await expect(stalled?.read()).rejects.toThrow('nobody takes');
    expect(await bytesOf(await ask())).not.toHaveLength(0);
    clock.advance(600_000);
    expect(clock.pending).toBe(0);
  });
});
