import { MemoryStore } from '@quire/persistence';
import {
  type ClientFrame,
  closeCodes,
  companionOf,
  type DocumentName,
  documentListSchema,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  MAX_GUEST_NAME_LENGTH,
} from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket, openFrameSocket, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createServer, type QuireServer } from '../main.ts';
import { storedText, textOf } from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { enterRaw, type RawPerson } from '../testing/raw-person.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const plan = 'plan' as DocumentName;
const ENDED = closeCodes.linkEnded;

let clock: ManualClock;
let store: MemoryStore;
let server: QuireServer;
let url: string;
// In open mode, where everybody without a link owns everything: a link gives what it says all the same.
beforeEach(async () => {
  clock = new ManualClock();
  store = new MemoryStore({ clock });
  server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, limits: { pingIntervalMs: 600_000 } },
    { store, clock },
  );
  ends.push(() => server.close());
  url = `ws://127.0.0.1:${server.port}`;
  await server.documents.create({ name: plan });
});

async function enter(token: string, name: string = plan): Promise<RawPerson> {
  const person = await enterRaw(url, name, token);
  ends.push(() => person.socket.terminate());
  return person;
}

function join(token: string, dialect: 'hocuspocus' | 'y-websocket' = 'hocuspocus') {
  const person = (dialect === 'hocuspocus' ? joinWithHocuspocus : joinWithYWebsocket)(url, plan, { token });
  ends.push(() => person.leave());
  return person;
}

function write(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

/** Every message by which content can be sent, in the y-websocket dialect. */
function contentFrames(): Uint8Array[] {
  return (['update', 'step-2'] as const).map((kind) => encodeYWebsocketFrame({ kind, update: write(kind) }));
}

/** The same in the Hocuspocus dialect, which has another type for replies. */
function addressedContentFrames(): Uint8Array[] {
  const frames = (['update', 'step-2'] as const).map((kind): ClientFrame => ({ kind, update: write(kind) }));
  const encoded = frames.map((frame) => encodeHocuspocusFrame(plan, frame));
  const typeAt = plan.length + 1;
  const replies = encoded.map((frame) => frame.map((byte, index) => (index === typeAt ? 4 : byte)));
  return [...encoded, ...replies];
}

const askAs = (token: string, path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { ...init, headers: { Authorization: `Bearer ${token}` } });

describe('[G6] who comes by a link for readers', () => {
  it('changes nothing by any message, in either dialect', async () => {
    const { token } = await server.links.create(plan, { role: 'reader' });
    const reader = await enter(token);
    expect(reader.scopes).toEqual(['readonly']);
    for (const frame of addressedContentFrames()) reader.socket.send(frame);
    await until(() => reader.countHeard('receipt') === 4, { what: 'all are answered' });
    expect(reader.heard.some((frame) => frame.kind === 'receipt' && frame.durable)).toBe(false);

    const other = await openFrameSocket(`${url}/yjs/plan?token=${token}`);
    ends.push(() => other.terminate());
    for (const frame of contentFrames()) other.send(frame);
    const before = other.frames.length;
    other.send(encodeYWebsocketFrame({ kind: 'query-presence' }));
    await until(() => other.frames.length > before && other.frames.some(([type]) => type === 1), { what: 'an answer' });
    expect(await storedText(store, plan)).toBe('');
  });

  it('reads what others write', async () => {
    const { token } = await server.links.create(plan, { role: 'reader' });
    const [owner, reader, other] = [join(''), join(token), join(token, 'y-websocket')];
    await vi.waitFor(() => expect(reader.provider).toMatchObject({ authorizedScope: 'readonly' }));
    owner.doc.getText('body').insert(0, 'read this');
    await vi.waitFor(() => expect([textOf(reader.doc), textOf(other.doc)]).toEqual(['read this', 'read this']));
  });

  it('is shown that document alone over HTTP, and may do nothing to it', async () => {
    await server.documents.create({ name: 'other' as DocumentName });
    const { token } = await server.links.create(plan, { role: 'reader' });
    const { documents } = documentListSchema.parse(await (await askAs(token, '/v1/documents')).json());
    expect(documents.map(({ name }) => name)).toEqual([plan]);
    expect(await (await askAs(token, '/v1/documents/plan')).json()).toMatchObject({ name: plan, role: 'reader' });
    const refused = await Promise.all([
      askAs(token, '/v1/documents/other'),
      askAs(token, '/v1/documents/plan', { method: 'DELETE' }),
      askAs(token, '/v1/documents/plan/links'),
      askAs(token, '/v1/revocations'),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});

describe('[G6] who comes by a link for commenters', () => {
  it('writes in the comments and nowhere else, until the link is revoked', async () => {
    await server.documents.delete(plan);
    await server.documents.create({ name: plan });
    const { id, token } = await server.links.create(plan, { role: 'commenter' });
    const [inDocument, inComments] = [await enter(token), await enter(token, companionOf(plan, 'comments'))];
    await until(() => inComments.scopes.length > 0, { what: 'let in' });
    expect([inDocument.scopes, inComments.scopes]).toEqual([['readonly'], ['read-write']]);
    const said = await fetch(`${server.url}/v1/documents/plan/threads`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: 'Says who?' }),
    });
    expect(said.status).toBe(201);
    await server.links.revoke(plan, id);
    clock.advance(10_000);
    await until(() => inComments.heard.some(({ kind }) => kind === 'closed'), { what: 'put out' });
  });
});

describe('[G6] who comes by a link for editors', () => {
  it('writes, under the name that they give themselves', async () => {
    const { token } = await server.links.create(plan, { role: 'editor' });
    const guest = joinWithHocuspocus(url, plan, { token });
    ends.push(() => guest.leave());
    await vi.waitFor(() => expect(guest.provider.authorizedScope).toBe('read-write'));
    guest.provider.setAwarenessField('user', { name: 'Cleo' });
    const witness = joinWithHocuspocus(url, plan);
    ends.push(() => witness.leave());
    await vi.waitFor(() =>
      expect([...(witness.provider.awareness?.getStates().values() ?? [])]).toContainEqual({ user: { name: 'Cleo' } }),
    );
    guest.doc.getText('body').insert(0, 'by Cleo');
    await vi.waitFor(async () => expect(await storedText(store, plan)).toBe('by Cleo'));
    const authors: string[] = [];
    for await (const { updates } of store.history(plan)) authors.push(...updates.map(({ author }) => author));
    expect(authors).toContain('guest:Cleo');
  });

  it('and of a long one as much as comments show, without half a character', async () => {
    const { token } = await server.links.create(plan, { role: 'editor' });
    const guest = joinWithHocuspocus(url, plan, { token });
    ends.push(() => guest.leave());
    await vi.waitFor(() => expect(guest.provider.authorizedScope).toBe('read-write'));
    guest.provider.setAwarenessField('user', { name: `${'C'.repeat(MAX_GUEST_NAME_LENGTH - 1)}🦊` });
    guest.doc.getText('body').insert(0, 'by a fox');
    await vi.waitFor(async () => expect(await storedText(store, plan)).toBe('by a fox'));
    const authors: string[] = [];
    for await (const { updates } of store.history(plan)) authors.push(...updates.map(({ author }) => author));
    expect(authors).toContain(`guest:${'C'.repeat(MAX_GUEST_NAME_LENGTH - 1)}`);
  });

  it('gets into no other document', async () => {
    const { token } = await server.links.create(plan, { role: 'editor' });
    const stranger = await enter(token, 'plan/b');
    expect(stranger.ends).toEqual(['forbidden']);
  });
});

describe('[G6] a link that is over', () => {
  it('is over for those who came by it, in either dialect, at its time', async () => {
    const expires = new Date(clock.now() + 60_000).toISOString();
    const { token } = await server.links.create(plan, { role: 'editor', expires });
    const ada = await enter(token);
    const ben = joinWithYWebsocket(url, plan, { token });
    ends.push(() => ben.leave());
    const closed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    await vi.waitFor(() => expect(ben.provider.synced).toBe(true));
    const cleo = await enter('');
    clock.advance(61_000);
    await until(() => ada.ends.length > 0, { what: 'the end' });
    expect([ada.ends, await closed, cleo.ends]).toEqual([[ENDED.name], ENDED.code, []]);
    expect((await enter(token)).ends).toEqual([ENDED.name]);
  });

  it('because it was revoked is over at once for those who came by it, and of fifty others nobody notices', async () => {
    const { token, id } = await server.links.create(plan, { role: 'editor' });
    const kept = await server.links.create(plan, { role: 'editor' });
    const closes: string[] = [];
    const others = Array.from({ length: 50 }, (_, index) => {
      const person = joinWithHocuspocus(url, plan, { token: index % 2 === 0 ? kept.token : '' });
      ends.push(() => person.leave());
      for (const event of ['close', 'authenticationFailed']) person.provider.on(event, () => closes.push(event));
      return person;
    });
    await until(() => others.every(({ provider }) => provider.isSynced), { what: 'everybody is in' });
    const put = [await enter(token), await enter(token)];
    await server.links.revoke(plan, id);
    for (const person of put) person.say({ kind: 'update', update: write('too late') });
    clock.advance(2_500);
    await until(() => put.every((person) => person.ends.length > 0), { what: 'the end' });
    expect(put.map((person) => person.ends)).toEqual([[ENDED.name], [ENDED.name]]);
    others[0]?.doc.getText('body').insert(0, 'undisturbed');
    await until(() => others.every(({ doc }) => textOf(doc) === 'undisturbed'), { what: 'everybody reads it' });
    expect(closes).toEqual([]);
    expect(await storedText(store, plan)).toBe('undisturbed');
  });

  it('[R14] because its document was deleted opens no other of that name', async () => {
    const { token } = await server.links.create(plan, { role: 'editor' });
    const guest = await enter(token);
    await server.documents.delete(plan);
    await until(() => guest.ends.length > 0, { what: 'the end' });
    expect(guest.ends).toEqual([closeCodes.documentDeleted.name]);
    await server.documents.create({ name: plan });
    expect((await enter(token)).ends).toEqual([ENDED.name]);
    expect((await askAs(token, '/v1/documents/plan')).status).toBe(401);
  });

  it('and one that never was, looks the same at every door', async () => {
    const { token, id } = await server.links.create(plan, { role: 'editor' });
    await server.links.revoke(plan, id);
    const guess = `qsl_${id}_${'A'.repeat(43)}`;
    for (const wrong of [token, guess, 'qsl_nonsense']) {
      expect((await enter(wrong)).ends).toEqual([ENDED.name]);
      expect((await askAs(wrong, '/v1/documents')).status).toBe(401);
      const person = joinWithYWebsocket(url, plan, { token: wrong });
      ends.push(() => person.leave());
      const code = await new Promise((resolve) => person.provider.on('closed', (event) => resolve(event.code)));
      expect(code).toBe(ENDED.code);
    }
  });
});

describe('[G6] the registry', () => {
  it('is no document to anybody: not in lists, not at any door', async () => {
    await server.links.create(plan, { role: 'reader' });
    for (const path of [
      '/v1/documents',
      '/v1/documents?order=recent',
      `/v1/documents?prefix=${encodeURIComponent('\ufdd0')}`,
    ]) {
      const { documents } = documentListSchema.parse(await (await askAs('', path)).json());
      expect(documents.map(({ name }) => name).filter((name) => name !== plan)).toEqual([]);
    }
    expect((await server.documents.list()).documents.map(({ name }) => name)).toEqual([plan]);
    clock.advance(2_000); // nobody has the document open
    await vi.waitFor(() => expect(server.unfinished.openDocuments).toBe(0));
    const name = '\ufdd0registry';
    const encoded = encodeURIComponent(name);
    for (const [method, path] of [
      ['GET', `/v1/documents/${encoded}`],
      ['DELETE', `/v1/documents/${encoded}`],
      ['GET', `/v1/documents/${encoded}/links`],
    ] as const) {
      const response = await fetch(`${server.url}${path}`, { method });
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'bad-document-name' }),
      ]);
    }
    const person = await enterRaw(url, name, '');
    ends.push(() => person.socket.terminate());
    expect(person.scopes).toEqual([]);
    const socket = joinWithYWebsocket(url, name, { token: '' });
    ends.push(() => socket.leave());
    expect(await new Promise((resolve) => socket.provider.on('closed', ({ code }) => resolve(code)))).toBe(
      closeCodes.badDocumentName.code,
    );
  });
});
