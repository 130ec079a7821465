import { createHmac, randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client, LoadingProgress, Room } from './api.ts';
import { systemClock } from './clock.ts';
import { connectIn } from './connect.ts';
import { FirstDownload } from './first-download.ts';
import { type BlockingProxy, startBlockingProxy } from './testing/blocking-proxy.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { type RunningServer, serve } from './testing/serve.ts';
import { textOf, type } from './testing/stage.ts';
import { untilState, untilTrue } from './testing/until.ts';
import type { Transport } from './transport-choice.ts';

const BYTES = 3_000_000;
/** Folded once, when all of it is there. */
const SETTINGS = { QUIRE_JOURNAL_COMPACT_BYTES: '2900000' };

/** A server's data, with a large document: written once, and copied for each test. */
let template: string;
let text: string;
let data: string;
let server: RunningServer;
let proxy: BlockingProxy;
let clients: Client[];

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'quire-written-'));
  server = await serve(0, template, SETTINGS);
  clients = [];
  text = await writeLarge('large');
  await server.stop();
});

afterAll(() => rm(template, { recursive: true, force: true }));

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-download-'));
  await cp(template, data, { recursive: true });
  server = await serve(0, data, SETTINGS);
  proxy = await startBlockingProxy(() => server.port);
  proxy.websockets = 'pass';
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await proxy.close();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

function newClient(transport: Transport = 'websocket', port = proxy.port, token = ''): Client {
  const surroundings = { clock: systemClock, environment: createFakeEnvironment(), random: () => 0 };
  const client = connectIn(surroundings, { url: `ws://127.0.0.1:${port}/collab`, transport, token });
  clients.push(client);
  return client;
}

/** A document that does not compress, and lies on the server in a snapshot. */
async function writeLarge(name: string): Promise<string> {
  const client = newClient('websocket', server.port);
  const room = client.open(name);
  await room.whenSaved();
  const written = randomBytes((BYTES * 3) / 4).toString('base64');
  for (let at = 0; at < written.length; at += 500_000) {
    type(room, written.slice(at, at + 500_000));
    await room.whenSaved();
  }
  client.close();
  await untilTrue(async () => (await readMetric('quire_compactions_total{outcome="folded"}')) > 0);
  return written;
}

const SECRET = 'a secret of the tests that is long enough';

function signToken(role: 'reader' | 'owner'): string {
  const claims = { sub: role, exp: Date.now() / 1000 + 600, grants: [{ documents: '**', role }] };
  const parts = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = createHmac('sha256', SECRET).update(parts.join('.')).digest('base64url');
  return [...parts, signature].join('.');
}

/** Every step of the way that its status has shown. */
function watch(room: Room): LoadingProgress[] {
  const steps: LoadingProgress[] = [];
  room.status.subscribe(({ loading }) => {
    if (loading !== undefined) steps.push(loading);
  });
  return steps;
}

async function readMetric(series: string): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

/** How much of documents the server has sent on sockets. */
const readStepTwoBytes = () => readMetric('quire_sent_bytes_total{kind="step-2"}');

const downloads = () => proxy.asked.filter(({ method, url }) => method === 'GET' && url.endsWith('/state'));

describe.each(['websocket', 'http'] as const)(
  'a large document that this device does not have, over %s',
  (transport) => {
    beforeEach(() => {
      if (transport === 'http') proxy.websockets = 'refuse';
    });

    it('[G3] comes as a download that says how far it is, and then only the difference on the socket', async () => {
      const editor = newClient('websocket', server.port).open('large');
      await editor.whenLoaded();
      textOf(editor).insert(0, 'new ');
      await editor.whenSaved();
      const before = await readStepTwoBytes();
      const room = newClient(transport).open('large');
      const steps = watch(room);
      await room.whenLoaded();
      expect(textOf(room).toString()).toBe(`new ${text}`);
      expect(steps.length).toBeGreaterThan(5);
      expect(steps.length).toBeLessThan(110);
      const total = steps[0]?.total ?? 0;
      expect(total).toBeGreaterThan(BYTES / 2);
      expect(steps.every((step) => step.received <= total && step.total === total)).toBe(true);
      expect(room.status.get().loading).toBeUndefined();
      expect(downloads()).toHaveLength(1);
      expect((await readStepTwoBytes()) - before).toBeLessThan(10_000);
      textOf(room).insert(0, 'and ');
      await room.whenSaved();
      await untilTrue(() => textOf(editor).toString().startsWith('and new '));
    });

    it('[G3] is resumed after a cut, from where it was', async () => {
      proxy.cutAnswersAfter(400_000);
      const room = newClient(transport).open('large');
      await room.whenLoaded();
      expect(textOf(room).toString()).toBe(text);
      const starts = downloads().map(({ range }) =>
        range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1]),
      );
      expect(starts.length).toBeGreaterThan(3);
      expect(starts[0]).toBe(0);
      for (const [index, start] of starts.entries())
        if (index > 0) expect(start).toBeGreaterThan(starts[index - 1] ?? 0);
    });

    it('[G3] is resumed when all connections are lost, by the next one of its room', async () => {
      proxy.cutAnswersAfter(400_000);
      const room = newClient(transport).open('large');
      const steps = watch(room);
      await untilTrue(() => steps.length > 0);
      proxy.cutAnswersAfter(Number.POSITIVE_INFINITY);
      proxy.reset();
      await room.whenLoaded();
      expect(textOf(room).toString()).toBe(text);
      expect(downloads().some(({ range }) => range !== undefined)).toBe(true);
    });
  },
);

describe('a document', () => {
  it('[G3] whose download stalls is asked for again, and comes over the socket when that stalls too', async () => {
    const clock = new ManualClock();
    const asked: (string | null)[] = [];
    /** Goes on for `bytes`, and then says neither more nor that it has ended. */
    let bytes = 4;
    const stalling: typeof fetch = async (_url, request) => {
      const headers = new Headers(request?.headers);
      asked.push(headers.get('range'));
      const body = new ReadableStream<Uint8Array>({
        start(stream) {
          if (bytes > 0) stream.enqueue(new Uint8Array(bytes));
          request?.signal?.addEventListener('abort', () => stream.error(request.signal?.reason));
        },
      });
      const status = headers.has('range') ? 206 : 200;
      return new Response(body, { status, headers: { 'content-length': '100', etag: '"x"' } });
    };
    const download = new FirstDownload({ url: 'http://server/state', clock, fetch: stalling, onProgress: () => {} });
    let outcome: unknown = 'waits';
    void download.finish('', new AbortController().signal).then((result) => {
      outcome = result;
    });
    await untilTrue(() => asked.length === 1 && clock.waiting === 1);
    clock.advance(9_999);
    expect(asked).toEqual([null]);
    bytes = 0;
    await untilTrue(() => {
      clock.advance(500);
      return outcome !== 'waits';
    });
    expect(outcome).toBeNull();
    expect(asked).toEqual([null, 'bytes=4-', 'bytes=4-', 'bytes=4-']);
    expect(clock.waiting).toBe(0);
  });

  it('[G3] comes over the socket when its download can’t be had', async () => {
    proxy.fails = ({ method, url }) => method === 'GET' && url?.endsWith('/state') === true;
    const room = newClient().open('large');
    await room.whenLoaded();
    expect(textOf(room).toString()).toBe(text);
    expect(downloads().length).toBeGreaterThan(1);
  });

  it('that is small, or that this device has, is not downloaded', async () => {
    const client = newClient();
    const small = client.open('small');
    type(small, 'a few words');
    await small.whenSaved();
    const large = client.open('large');
    await large.whenSaved();
    const comments = client.open('large').comments;
    await comments.whenLoaded();
    expect(proxy.asked.filter(({ url }) => url.includes('comments'))).toEqual([]);
    expect(downloads()).toHaveLength(1);
    proxy.reset();
    await untilState(large, 'reconnecting');
    await untilState(large, 'saved');
    expect(downloads()).toHaveLength(1);
  });

  it('[R14] that is deleted while it is downloaded is gone, and its name is free', async () => {
    proxy.cutAnswersAfter(300_000);
    const room = newClient().open('large');
    const steps = watch(room);
    await untilTrue(() => steps.length > 0);
    await newClient('websocket', server.port).documents.deleteForGood('large');
    await untilState(room, 'gone');
    const later = newClient().open('large');
    await later.whenLoaded();
    expect(textOf(later).toString()).toBe('');
  });

  it('[R14] whose life ended between its download and its handshake is gone, also for who could only read it', async () => {
    await server.kill();
    server = await serve(server.port, data, { ...SETTINGS, QUIRE_JWT_SECRETS: SECRET });
    // The download gets through, and nothing that is said in the session after it was asked for.
    proxy.fails = ({ method }) => method === 'POST' && downloads().length > 0;
    const room = newClient('http', proxy.port, signToken('reader')).open('large');
    await untilTrue(() => textOf(room).length === text.length);
    expect(room.status.get().loaded).toBe(false);
    await untilTrue(async () => (await readMetric('quire_http_sessions')) === 0);
    const owner = newClient('websocket', server.port, signToken('owner'));
    await owner.documents.deleteForGood('large');
    const successor = owner.open('large');
    type(successor, 'another life');
    await successor.whenSaved();
    proxy.fails = () => false;
    await untilState(room, 'gone');
    expect(textOf(room).toString()).toBe(text);
    const later = newClient('http', proxy.port, signToken('reader')).open('large');
    await later.whenLoaded();
    expect(textOf(later).toString()).toBe('another life');
  });
});
