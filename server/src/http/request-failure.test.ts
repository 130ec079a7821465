import { connect } from 'node:net';
import { MemoryStore } from '@quire/persistence';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApi } from '../api/api.ts';
import { createDocuments } from '../api/documents.ts';
import { openGuard } from '../testing/open-guard.ts';
import { createStoreEditor } from '../testing/store-editor.ts';
import { createApp } from './app.ts';
import { boundConnections } from './connection-slots.ts';
import { createHandlers } from './handlers.ts';
import { type Listener, openListener } from './listener.ts';

const origins = { allowedOrigins: [], isLoopbackOnly: true };
let lines: { readonly level: number; readonly msg: string }[];
let listener: Listener;
let store: MemoryStore;

beforeEach(async () => {
  lines = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  store = new MemoryStore();
  const documents = createDocuments({ store, editor: createStoreEditor(store) });
  const isDraining = () => false;
  const app = createApp({
    api: createApi({ documents, guard: openGuard, origins, log, isDraining }),
    staticApp: null,
    readUnreadiness: () => [],
    log,
    metrics: null,
  });
  app.post('/broken', async (context) => {
    await context.req.text().catch(() => {});
    throw new Error('a fault of ours');
  });
  app.post('/read', async (context) => context.text(await context.req.text()));
  const gateway = { handleUpgrade: () => {} };
  const httpDoor = { handle: () => false };
  const handlers = createHandlers({ app, gateway, httpDoor, origins, isDraining, meters: null });
  const bounds = boundConnections({ maxSessions: 10, maxSessionsPerAddress: 10 }, []);
  listener = await openListener({ hosts: ['127.0.0.1'], port: 0, handlers, bounds, log });
});
afterEach(() => listener.close());

/** Promises a body, sends half of it, and is gone. */
function hangUpOn(path: string, body: string): void {
  const socket = connect(listener.port, '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${body}`, () =>
    setTimeout(() => socket.destroy(), 20),
  );
}

const { debug, error } = pino.levels.values;

it.each([
  ['a body of known length', '/v1/documents', 'Content-Length: 100\r\n\r\n{"ti'],
  ['a body in chunks', '/v1/documents', 'Transfer-Encoding: chunked\r\n\r\n4\r\n{"ti\r\n'],
  ['a body outside of the API', '/read', 'Content-Length: 100\r\n\r\n{"ti'],
])('who hangs up within %s is no error of ours', async (_, path, body) => {
  hangUpOn(path, body);
  await until(() => lines.some(({ msg }) => /hung up|failed/.test(msg)), { what: 'nothing was logged' });
  expect(lines.map(({ level }) => level)).toEqual([debug]);
  expect(store.queue.entries).toBe(0);
});

it('a fault of ours is an error, also when nobody waits for the answer any more', async () => {
  hangUpOn('/broken', 'Content-Length: 100\r\n\r\n{"ti');
  await until(() => lines.length > 0, { what: 'nothing was logged' });
  expect(lines).toMatchObject([{ level: error, msg: 'a request failed' }]);
});
