import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@quire/persistence';
import { closeCodes, encodeHocuspocusFrame, yWebsocketTypes } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ConfigError } from '../config/config-error.ts';
import { createServer, type QuireServer } from '../main.ts';
import { SECRET, signToken } from '../testing/tokens.ts';
import { allow } from './authenticator.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let server: QuireServer;
let wsUrl: string;
beforeEach(async () => {
  server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, jwt: { secrets: [SECRET] } },
    { store: new MemoryStore() },
  );
  ends.push(() => server.close());
  wsUrl = server.url.replace('http', 'ws');
});

/** How a socket of the y-websocket dialect fares: `let in` with its first message, or the code of its end. */
function knock(path: string, headers: Record<string, string> = {}): Promise<string | number> {
  const socket = new WebSocket(`${wsUrl}${path}`, { headers });
  ends.push(() => socket.terminate());
  socket.on('error', () => {}); // a refusal, or its end by us: what happened is told below
  return new Promise((resolve) => {
    socket.on('open', () => socket.send(new Uint8Array([0, 0, 1, 0]))); // a step 1 of nothing
    socket.on('message', (data: Buffer) => {
      if (data[0] !== yWebsocketTypes.auth) resolve('let in');
    });
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
  });
}

describe('[G6] a server with a secret', () => {
  it('lets in through every door whoever has a token, with either provider', async () => {
    const token = await signToken();
    const ada = joinWithHocuspocus(wsUrl, 'plan', { token });
    const ben = joinWithYWebsocket(wsUrl, 'plan', { token });
    for (const person of [ada, ben]) ends.push(() => person.leave());
    ada.doc.getText('body').insert(0, 'hello');
    await vi.waitFor(() => expect(ben.doc.getText('body').toString()).toBe('hello'));
    const listed = await fetch(`${server.url}/v1/documents`, { headers: { Authorization: `Bearer ${token}` } });
    expect(listed.status).toBe(200);
  });

  it('lets in nobody else', async () => {
    const ada = joinWithHocuspocus(wsUrl, 'plan');
    ends.push(() => ada.leave());
    const refused = await new Promise((resolve) => ada.provider.on('authenticationFailed', resolve));
    expect(refused).toEqual({ reason: 'unauthorized' });
    expect(await knock('/yjs/plan')).toBe(closeCodes.unauthorized.code);
    expect(await knock('/yjs/plan?token=nonsense')).toBe(closeCodes.unauthorized.code);
    const elsewhere = await signToken({ grants: [{ documents: 'team/*', role: 'owner' }] });
    expect(await knock(`/yjs/plan?token=${elsewhere}`)).toBe(closeCodes.forbidden.code);
    expect((await fetch(`${server.url}/v1/documents`)).status).toBe(401);
  });

  it('holds a reader to reading, by whatever way they come', async () => {
    const token = await signToken({ sub: 'rita', grants: [{ documents: '**', role: 'reader' }] });
    const editor = joinWithHocuspocus(wsUrl, 'plan', { token: await signToken() });
    const reader = joinWithHocuspocus(wsUrl, 'plan', { token });
    for (const person of [editor, reader]) ends.push(() => person.leave());
    await vi.waitFor(() => expect(reader.provider.authorizedScope).toBe('readonly'));
    reader.doc.getText('body').insert(0, 'refused');
    editor.doc.getText('body').insert(0, 'accepted');
    await vi.waitFor(() => expect(reader.doc.getText('body').toString()).toContain('accepted'));
    expect(editor.doc.getText('body').toString()).toBe('accepted');
  });

  it('takes a cookie from its own pages, and not from those of others', async () => {
    const cookie = `quire_token=${await signToken()}`;
    const host = new URL(server.url).host;
    expect(await knock('/yjs/plan', { cookie, origin: `http://${host}` })).toBe('let in');
    // Another server on this machine: its pages may connect, but the cookie is not theirs to use.
    expect(await knock('/yjs/plan', { cookie, origin: 'http://localhost:3999' })).toBe(closeCodes.unauthorized.code);
    expect(await knock('/yjs/plan', { cookie, origin: 'https://evil.example' })).toBe(403);
  });
});

it('[G6] an authenticator that a program brings gets tokens by whatever way they come to a socket', async () => {
  const asked: string[] = [];
  const brought = await createServer(
    { port: 0, app: false, log: { level: 'silent' } },
    {
      store: new MemoryStore(),
      authenticator: {
        async authenticate({ token }) {
          asked.push(token);
          return allow('editor');
        },
      },
    },
  );
  ends.push(() => brought.close());
  wsUrl = brought.url.replace('http', 'ws');
  const step = encodeHocuspocusFrame('plan', { kind: 'token', token: '', providerVersion: null });
  for (const [path, headers] of [
    ['/collab?token=from-the-query', {}],
    ['/collab', { authorization: 'Bearer from-a-program' }],
    ['/collab', { cookie: 'quire_token=from-a-cookie' }],
  ] as const) {
    const socket = new WebSocket(`${wsUrl}${path}`, { headers });
    ends.push(() => socket.terminate());
    await once(socket, 'open');
    socket.send(step);
    await once(socket, 'message');
  }
  expect(await knock('/yjs/plan?token=from-y-websocket')).toBe('let in');
  expect(asked).toEqual(['from-the-query', 'from-a-program', '', 'from-y-websocket']);
});

it.each([
  ['is missing', 'missing.pem'],
  ['is a directory', '.'],
])('a file of keys that %s keeps a server from starting, and says what it should be', async (_, name) => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-keys-'));
  ends.push(() => rm(directory, { recursive: true }));
  const keyFile = join(directory, name);
  const starting = createServer({ port: 0, jwt: { keyFile } }, { store: new MemoryStore() });
  await expect(starting).rejects.toThrow(ConfigError);
  await expect(starting).rejects.toThrow(keyFile);
});
