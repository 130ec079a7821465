import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, PersistenceError } from '@quire/persistence';
import { type DocumentName, documentListSchema } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  allow,
  type ConfigInput,
  createServer,
  ListenError,
  type QuireServer,
  RegistryError,
  type ServerParts,
} from './main.ts';

const globalsBefore = [globalThis.Request, globalThis.Response];
const ends: (() => unknown)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-main-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

async function start(input: ConfigInput = {}, parts: ServerParts = {}): Promise<QuireServer> {
  const settings: ConfigInput = { port: 0, data: join(directory, 'data'), log: { level: 'silent' }, ...input };
  const server = await createServer(settings, parts);
  ends.push(() => server.close());
  return server;
}

function joinHere(server: QuireServer, name: string, token = '') {
  const person = joinWithHocuspocus(`ws://127.0.0.1:${server.port}`, name, { token });
  ends.push(() => person.leave());
  return person;
}

/** The status line of an upgrade. */
async function upgrade(...request: Parameters<typeof askToUpgrade>): Promise<string> {
  return (await askToUpgrade(...request)).split('\r\n')[0] ?? '';
}

/** What an upgrade is answered first. */
async function askToUpgrade(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  const sent = { Host: `localhost:${port}`, Connection: 'Upgrade', Upgrade: 'websocket', ...headers };
  const key = { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  const lines = Object.entries({ ...sent, ...key }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

/** What comes back for a path that is sent exactly as it is written. */
async function getRaw(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('a running server', () => {
  it('is ready, knows its address, and answers on loopback', async () => {
    const server = await start();
    expect(server.ready).toBe(true);
    expect(server.url).toBe(`http://localhost:${server.port}`);
    for (const host of server.hosts) {
      const name = host.includes(':') ? `[${host}]` : host;
      const response = await fetch(`http://${name}:${server.port}/readyz`);
      expect(await response.json()).toEqual({ status: 'ready' });
    }
  });

  it('names the one address that it was given', async () => {
    const server = await start({ host: '127.0.0.1' });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it('lets both dialects edit a document that was created over HTTP, and lists it', async () => {
    const server = await start();
    const body = JSON.stringify({ name: 'team/plan', title: 'Plan' });
    const headers = { 'Content-Type': 'application/json' };
    const created = await fetch(`${server.url}/v1/documents`, { method: 'POST', headers, body });
    expect(created.status).toBe(201);

    const ada = joinHere(server, 'team/plan');
    const bob = joinWithYWebsocket(`ws://127.0.0.1:${server.port}`, 'team/plan');
    ends.push(() => bob.leave());
    await vi.waitFor(() => expect(ada.doc.getMap('meta').get('title')).toBe('Plan'));
    ada.doc.getText('body').insert(0, 'from ada');
    await vi.waitFor(() => expect(bob.doc.getText('body').toString()).toBe('from ada'));

    await vi.waitFor(async () => {
      const response = await fetch(`${server.url}/v1/documents`);
      const { documents } = documentListSchema.parse(await response.json());
      expect(documents).toEqual([expect.objectContaining({ name: 'team/plan', title: 'Plan' })]);
    });
  });

  it('[G1] keeps what it was told across a restart', async () => {
    const first = await start();
    await first.documents.create({ title: 'Kept' });
    const { documents } = await first.documents.list();
    const name = documents[0]?.name ?? '';
    await first.close();
    const second = await start();
    const reader = joinHere(second, name);
    await vi.waitFor(() => expect(reader.doc.getMap('meta').get('title')).toBe('Kept'));
  });

  it('goes on with a list where a page of it ended before a restart', async () => {
    const first = await start();
    for (const name of ['a', 'b', 'c'] as DocumentName[]) await first.documents.create({ name });
    const page = (server: QuireServer, query: string) =>
      fetch(`${server.url}/v1/documents?${query}`).then(async (answer) =>
        documentListSchema.parse(await answer.json()),
      );
    const { next } = await page(first, 'limit=2');
    await first.close();
    const { documents } = await page(await start(), `after=${encodeURIComponent(next ?? '')}`);
    expect(documents.map(({ name }) => name)).toEqual(['c']);
  });

  it('leaves the globals of the program that embeds it alone', async () => {
    await (await fetch(`${(await start()).url}/healthz`)).text();
    expect([globalThis.Request, globalThis.Response]).toEqual(globalsBefore);
  });
});

describe('what may come in', () => {
  it('upgrades at the addresses of the two dialects only', async () => {
    const { port } = await start();
    expect(await upgrade(port, '/collab')).toContain('101');
    expect(await upgrade(port, '/yjs/plan')).toContain('101');
    for (const path of ['/', '/other', '/v1/documents', '/yjs']) expect(await upgrade(port, path)).toContain('404');
    expect(await upgrade(port, '/yjs/%zz')).toContain('400');
  });

  it('leaves offers of other protocols alone, as clients make them that speak HTTP/2 where they can', async () => {
    const { port } = await start();
    const offer = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' };
    expect(await upgrade(port, '/v1/documents', offer)).toContain('200');
    expect(await upgrade(port, '/collab', offer)).toContain('426');
  });

  it('answers a request that is no GET by itself, whatever it offers', async () => {
    const { port } = await start();
    expect(await upgrade(port, '/v1/documents', { 'Content-Length': '0' }, 'POST')).toContain('201');
    expect(await upgrade(port, '/v1/documents', {}, 'DELETE')).toContain('405');
    expect(await upgrade(port, '/collab', { 'Content-Length': '0' }, 'POST')).toContain('405');
  });

  it('keeps sockets of foreign pages and foreign names out', async () => {
    const { port } = await start({ allowedOrigins: ['https://editor.example.org'] });
    expect(await upgrade(port, '/collab', { Origin: 'https://evil.example' })).toContain('403');
    expect(await upgrade(port, '/yjs/plan', { Origin: 'null' })).toContain('403');
    const rebound = { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` };
    expect(await upgrade(port, '/collab', rebound)).toContain('403');
    expect(await upgrade(port, '/collab', { Origin: `http://localhost:${port}` })).toContain('101');
    expect(await upgrade(port, '/collab', { Origin: 'http://127.0.0.1:5173' })).toContain('101');
    expect(await upgrade(port, '/collab', { Origin: 'https://editor.example.org' })).toContain('101');
  });

  it('answers to any name once told that everybody may enter', async () => {
    const { port } = await start({ auth: 'open' });
    const headers = { Host: 'docs.example.com', Origin: 'https://docs.example.com' };
    expect(await upgrade(port, '/collab', headers)).toContain('101');
    expect(await upgrade(port, '/collab', { ...headers, Origin: 'https://evil.example' })).toContain('403');
  });

  it('says that a plain request came to the address of a socket', async () => {
    const server = await start();
    for (const path of ['/collab', '/yjs/plan']) expect((await fetch(`${server.url}${path}`)).status).toBe(426);
  });

  it('serves the app from its directory and nothing beside it, whatever the path', async () => {
    const appDirectory = join(directory, 'app');
    await mkdir(appDirectory);
    await writeFile(join(appDirectory, 'index.html'), 'the page');
    await writeFile(join(directory, 'secret.txt'), 'outside');
    const { port } = await start({ appDirectory });
    expect(await getRaw(port, '/d/team%2Fplan')).toContain('the page');
    for (const path of [
      '/../secret.txt',
      '/a/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '//secret.txt',
    ]) {
      const answer = await getRaw(port, path);
      expect(answer).not.toContain('outside');
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
  });

  it('serves no app when told so', async () => {
    const server = await start({ app: false });
    expect((await fetch(server.url)).status).toBe(404);
    expect((await fetch(`${server.url}/v1/documents`)).status).toBe(200);
  });
});

describe('parts that a program brings', () => {
  it('asks its authenticator, and holds a reader to reading', async () => {
    const server = await start(
      {},
      {
        authenticator: {
          authenticate: async ({ token }) => allow(token === 'reader' ? 'reader' : 'editor', { id: token, name: null }),
        },
      },
    );
    const editor = joinHere(server, 'plan', 'editor');
    const reader = joinHere(server, 'plan', 'reader');
    await vi.waitFor(() => expect(reader.provider.authorizedScope).toBe('readonly'));
    reader.doc.getText('body').insert(0, 'refused');
    editor.doc.getText('body').insert(0, 'accepted');
    await vi.waitFor(() => expect(reader.doc.getText('body').toString()).toContain('accepted'));
    expect(editor.doc.getText('body').toString()).toBe('accepted');
  });

  it('runs extensions from its settings', async () => {
    const seen: string[] = [];
    const extension = { onAuthenticate: async ({ documentName }: { documentName: string }) => seen.push(documentName) };
    const server = await start({ extensions: [extension] });
    const person = joinHere(server, 'plan');
    await vi.waitFor(() => expect(person.provider.isSynced).toBe(true));
    expect(seen).toEqual(['plan']);
  });

  it('[G5] turns unready while its disk refuses, and ready by itself', async () => {
    const store = new MemoryStore();
    const server = await start({}, { store });
    store.refuse();
    expect(server.ready).toBe(false);
    const refused = await fetch(`${server.url}/readyz`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('storage-refused');
    const creating = await fetch(`${server.url}/v1/documents`, { method: 'POST' });
    expect(creating.status).toBe(503);
    expect(Number(creating.headers.get('retry-after'))).toBeGreaterThan(0);
    store.recover();
    expect(server.ready).toBe(true);
  });

  it('does not close a store that it was given', async () => {
    const store = new MemoryStore();
    const server = await start({}, { store });
    await server.documents.create({ name: undefined, title: 'x' });
    await server.close();
    expect(store.status.state).toBe('ready');
    expect((await store.list()).documents).toHaveLength(1);
  });
});

describe('ending', () => {
  it('closes sessions with "service restart", flushes, and frees port and directory', async () => {
    const server = await start();
    await server.documents.create();
    expect(server.unfinished.openDocuments).toBe(1);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/collab`);
    await once(socket, 'open');
    await vi.waitFor(() => expect(server.unfinished.sessions).toBe(1));
    const closed = once(socket, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1012);
    expect(server.unfinished).toEqual({ sessions: 0, openDocuments: 0, queuedEntries: 0, queuedBytes: 0 });
    expect((await start({ port: server.port })).port).toBe(server.port);
  });

  it('[G1] waits for the edits that are on their way to the disk', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    const server = await start({}, { store });
    const seen: string[] = [];
    const created = server.documents.create().then(() => seen.push('durable'));
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    const closed = server.close().then(() => seen.push('closed'));
    await (await fetch(`${server.url}/readyz`)).text();
    expect(seen).toEqual([]);
    store.flush();
    await Promise.all([created, closed]);
    expect(seen).toEqual(['durable', 'closed']);
  });

  it('[G4] says to all who come meanwhile that it is draining, and when to ask again', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    const server = await start({}, { store });
    const created = server.documents.create();
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    const closed = server.close();
    const readiness = await fetch(`${server.url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({ status: 'unready', reasons: [{ code: 'draining' }] });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    for (const path of ['/collab', '/yjs/plan']) {
      const answer = await askToUpgrade(server.port, path);
      expect(answer).toContain('HTTP/1.1 503 Service Unavailable\r\n');
      expect(answer).toMatch(/\r\nRetry-After: [1-9]\d*\r\n/);
    }
    const creating = await fetch(`${server.url}/v1/documents`, { method: 'POST' });
    expect(creating.status).toBe(503);
    expect(Number(creating.headers.get('retry-after'))).toBeGreaterThan(0);
    store.flush();
    await Promise.all([created, closed]);
    await expect(fetch(`${server.url}/readyz`)).rejects.toThrow();
  });

  it('[G4] waits for nobody who does not finish: requests, connections, and whoever is being asked who somebody is', async () => {
    let asked = 0;
    const authenticator = {
      authenticate() {
        asked += 1;
        return new Promise<never>(() => {});
      },
    };
    const server = await start({}, { store: new MemoryStore(), authenticator });
    const rest = '/v1/documents HTTP/1.1\r\nHost: localhost\r\n';
    const half = ['', 'GET /rea', `POST ${rest}Content-Length: 100\r\n\r\n{`, `GET ${rest}\r\n`];
    const gone = half.map(async (text) => {
      const socket = connect(server.port, '127.0.0.1');
      ends.push(() => socket.destroy());
      socket.on('error', () => {}); // it is cut off
      socket.write(text);
      socket.resume();
      await once(socket, 'close');
    });
    joinHere(server, 'plan');
    await vi.waitFor(() => expect([asked, server.unfinished.sessions]).toEqual([2, 1]));
    await server.close();
    await Promise.all(gone);
    expect(server.unfinished.sessions).toBe(0);
  });

  it('is unready from the moment in which it is told to close, and closes once', async () => {
    const server = await start();
    const closing = server.close();
    expect(server.ready).toBe(false);
    expect(server.close()).toBe(closing);
    await closing;
  });
});

describe('what can not be had', () => {
  it('names who holds the directory, and gives the port back', async () => {
    const first = await start();
    const elsewhere = { data: join(directory, 'elsewhere') };
    const { port, close } = await start(elsewhere);
    await close();
    const second = await start({ port }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(PersistenceError);
    expect(second).toMatchObject({ code: 'LOCKED' });
    expect(String(second)).toContain(`process ${process.pid}`);
    expect(String(second)).toContain(first.url);
    expect((await start({ ...elsewhere, port })).port).toBe(port);
  });

  it('names who holds the port, and does not touch the directory', async () => {
    const first = await start();
    const second = await start({ port: first.port, data: join(directory, 'other') }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(ListenError);
    expect(String(second)).toContain(`process ${process.pid}`);
    await expect(rm(join(directory, 'other'), { recursive: true })).rejects.toThrow('ENOENT');
  });

  it('[G6] says so of the registry, without which nobody knows whom to keep out, and gives the port back', async () => {
    const { port, close } = await start();
    await close();
    const store = new MemoryStore();
    store.load = () => Promise.reject(new Error('a record of the journal is damaged'));
    const failed = await start({ port }, { store }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RegistryError);
    expect(String(failed)).toContain('Restore the directory from a backup');
    expect((await start({ port })).port).toBe(port);
  });
});
