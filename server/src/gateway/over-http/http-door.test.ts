import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MemoryStore } from '@quire/persistence';
import { closeCodes, encodeHocuspocusFrame, encodePresence, readRetryHint, type ServerFrame } from '@quire/protocol';
import { joinWithHocuspocus, until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput, ServerParts } from '../../main.ts';
import { EMPTY_UPDATE, EMPTY_VECTOR, keystrokes } from '../../testing/gateway-stage.ts';
import { frameOf, type HttpClient, type HttpClientOptions, openHttpClient } from '../../testing/http-client.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { type MeasuredServer, readSeries, startMeasuredServer } from '../../testing/measured-server.ts';
import { SECRET, signToken } from '../../testing/tokens.ts';

const KIB = 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process holds beside its heap, once nothing is left of what it needs no more. */
function measureArrayBuffers(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(settings: ConfigInput = {}, parts: ServerParts = {}): Promise<MeasuredServer> {
  const server = await startMeasuredServer(settings, parts);
  ends.push(() => server.close());
  return server;
}

const originOf = ({ server }: MeasuredServer): string => `http://127.0.0.1:${server.port}`;

async function open(server: MeasuredServer, options: HttpClientOptions = {}): Promise<HttpClient> {
  const client = await openHttpClient(originOf(server), options);
  ends.push(() => fetch(client.url, { method: 'DELETE' }));
  expect(await client.follow()).toBe(200);
  return client;
}

const hears = (client: HttpClient, kind: ServerFrame['kind']): Promise<void> =>
  vi.waitFor(() => expect(client.heard.map((frame) => frame.kind)).toContain(kind));
const receiptsOf = (client: HttpClient): number =>
  client.heard.filter((frame) => frame.kind === 'receipt' && frame.durable).length;

/** Somebody whose handshake is over. */
async function join(server: MeasuredServer, options: HttpClientOptions = {}): Promise<HttpClient> {
  const client = await open(server, options);
  await client.say({ kind: 'token', token: '', providerVersion: null });
  await client.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  await client.say({ kind: 'step-2', update: EMPTY_UPDATE });
  await vi.waitFor(() => expect(receiptsOf(client)).toBe(1));
  return client;
}

async function refusalOf(server: MeasuredServer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${originOf(server)}/collab/http`, { method: 'POST', headers });
}

const typed = keystrokes(3);

describe('a session over HTTP', () => {
  it('[G1] [G2] is the same session: its edits are receipted, and reach those on sockets, and theirs come back', async () => {
    const server = await start();
    const ada = joinWithHocuspocus(server.wsUrl, 'plan');
    ends.push(() => ada.leave());
    const ben = await join(server);
    for (const update of typed) expect(await ben.say({ kind: 'update', update })).toBe(204);
    await vi.waitFor(() => expect(receiptsOf(ben)).toBe(4));
    await vi.waitFor(() => expect(ada.doc.getText('body').toString()).toBe('xxx'));
    const before = ben.heard.length;
    ada.doc.getText('body').insert(3, '!');
    await vi.waitFor(() => expect(ben.heard.slice(before).map(({ kind }) => kind)).toContain('update'));
  });

  it('[G1] counts a repeated request once, and one that overlaps for what is new in it', async () => {
    const server = await start();
    const client = await join(server);
    const [one, two] = typed.map((update) => ({ kind: 'update', update }) as const);
    if (one === undefined || two === undefined) throw new Error('two keystrokes expected');
    const from = client.sent;
    await client.say(one);
    const length = client.sent - from;
    await client.say(two);
    await vi.waitFor(() => expect(receiptsOf(client)).toBe(3));
    const both = Buffer.concat([one, two].map((frame) => frameOf(encodeHocuspocusFrame('plan', frame))));
    expect(await client.post(both, from)).toBe(204);
    expect(await client.post(both.subarray(length), from + length)).toBe(204);
    await client.say({ kind: 'query-presence' });
    await hears(client, 'presence');
    expect(receiptsOf(client)).toBe(3);
  });

  it('[R4] refuses what leaves a gap, and takes it once the gap is filled', async () => {
    const client = await open(await start());
    const token = frameOf(encodeHocuspocusFrame('plan', { kind: 'token', token: '', providerVersion: null }));
    expect(await client.post(token.subarray(4), 4)).toBe(409);
    expect(await client.post(token.subarray(0, 4), 0)).toBe(204);
    expect(await client.post(token.subarray(4), 4)).toBe(204);
    await hears(client, 'authenticated');
  });

  it('[R4] goes on with what was missed when its stream is cut and taken up again', async () => {
    const server = await start();
    const client = await join(server);
    client.cut();
    await client.ended;
    const ada = joinWithHocuspocus(server.wsUrl, 'plan');
    ends.push(() => ada.leave());
    ada.doc.getText('body').insert(0, 'meanwhile');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    const before = client.heard.length;
    expect(await client.follow()).toBe(200);
    await vi.waitFor(() => expect(client.heard.slice(before).map(({ kind }) => kind)).toContain('update'));
    expect(server.server.unfinished.sessions).toBe(2);
  });

  it('[G7] ends with a goodbye, or soon after its stream', async () => {
    const clock = new ManualClock();
    const server = await start({}, { clock });
    const [polite, hasty] = [await open(server), await open(server)];
    expect(server.server.unfinished.sessions).toBe(2);
    const goodbye = Buffer.alloc(2);
    goodbye.writeUInt16BE(1001);
    await polite.post(frameOf(goodbye, 0x8));
    await until(() => server.server.unfinished.sessions === 1, { what: 'the first is gone' });
    await polite.ended;
    expect(await polite.post(new Uint8Array([1]))).toBe(410);
    expect(await polite.follow()).toBe(410);
    hasty.cut();
    await until(
      () => {
        clock.advance(1_000);
        return server.server.unfinished.sessions === 0;
      },
      { what: 'the second is gone' },
    );
    await vi.waitFor(async () =>
      expect(readSeries(await server.scrape(), 'quire_sessions_closed_total{code="client-going-away"}')).toBe(1),
    );
    expect(readSeries(await server.scrape(), 'quire_http_sessions')).toBe(0);
  });

  it('ends at once when it is deleted, and is not there for whoever guesses', async () => {
    const server = await start();
    const client = await open(server);
    expect((await fetch(client.url, { method: 'DELETE' })).status).toBe(204);
    await client.ended;
    await until(() => server.server.unfinished.sessions === 0, { what: 'gone' });
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await fetch(`${originOf(server)}/collab/http/constructor`, { method });
      expect(answer.status).toBe(410);
    }
  });

  it.each([
    ['?after=-1', 400],
    ['?after=1e3', 400],
    ['?after=99999999999999999999', 400],
    ['?after=7', 409],
  ])('follows no events that there never were: %s', async (query, status) => {
    const client = await open(await start());
    const answer = await fetch(`${client.url}${query}`);
    expect(answer.status).toBe(status);
    expect((await fetch(`${client.url}${query}`, { method: 'POST' })).status).toBe(status);
  });

  it('goes on for a browser’s own EventSource, which says in a header how far it came', async () => {
    const server = await start();
    const client = await join(server);
    client.cut();
    await client.ended;
    await fetch(client.url, { headers: { 'Last-Event-ID': String(client.after + 1) } }).then((answer) => {
      expect(answer.status).toBe(409);
    });
    const stream = await fetch(`${client.url}?after=0`, { headers: { 'Last-Event-ID': String(client.after) } });
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    await stream.body?.cancel();
  });

  it('is kept alive by comments when nothing happens', async () => {
    const clock = new ManualClock();
    const server = await start({ limits: { pingIntervalMs: 600_000 } }, { clock });
    const client = await openHttpClient(originOf(server));
    const stream = await fetch(client.url);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    ends.push(() => fetch(client.url, { method: 'DELETE' }));
    expect((await reader?.read())?.value).toBe(':\n\n');
    clock.advance(15_000);
    expect((await reader?.read())?.value).toBe(':\n\n');
  });
});

describe('[G4] the limits of a session hold over HTTP', () => {
  it('a node has so many, and so has an address; both are counted, and given back', async () => {
    const server = await start({ limits: { maxSessions: 2, maxSessionsPerAddress: 1 }, trustedProxies: ['127.0.0.1'] });
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const first = await open(server, { headers: from('10.0.0.1') });
    const sameAddress = await refusalOf(server, from('10.0.0.1'));
    expect([sameAddress.status, sameAddress.headers.get('retry-after')]).toEqual([429, '30']);
    await open(server, { headers: from('10.0.0.2') });
    const full = await refusalOf(server, from('10.0.0.3'));
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5']);
    // Who asks beforehand hears the same: such a client looks for no other way than the one that is full.
    const asked = await fetch(`${originOf(server)}/collab/http`, { headers: from('10.0.0.3') });
    expect(asked.status).toBe(503);
    const scrape = await server.scrape();
    expect(readSeries(scrape, 'quire_upgrade_failures_total{status="429"}')).toBe(1);
    expect(readSeries(scrape, 'quire_upgrade_failures_total{status="503"}')).toBe(1);
    await fetch(first.url, { method: 'DELETE' });
    await until(() => server.server.unfinished.sessions === 1, { what: 'one is gone' });
    await open(server, { headers: from('10.0.0.1') });
  });

  it('who opens no document in time is closed', async () => {
    const clock = new ManualClock();
    const server = await start({ limits: { establishTimeoutMs: 100 } }, { clock });
    const client = await open(server);
    clock.advance(10_000);
    await vi.waitFor(() => expect(client.closed?.code).toBe(closeCodes.authTimeout.code));
  });

  it('a frame is no larger than it may be, however many requests bring it', async () => {
    const server = await start({ limits: { maxFrameBytes: 100 * KIB } });
    const client = await open(server);
    const frame = frameOf(Buffer.alloc(200 * KIB));
    for (let at = 0; at < frame.length && client.closed === null; at += 50 * KIB) {
      if ((await client.post(frame.subarray(at, at + 50 * KIB))) !== 204) break;
    }
    await vi.waitFor(() => expect(client.closed?.code).toBe(closeCodes.frameTooBig.code));
  });

  it('a request is no larger than it may be', async () => {
    const client = await open(await start());
    expect(await client.post(frameOf(Buffer.alloc(2 * KIB * KIB)))).toBe(413);
  });

  it('who sends too fast is not read for a while', async () => {
    const server = await start({ limits: { maxFramesPerSecond: 1, rateBurstMs: 0 } });
    const client = await open(server);
    await client.say({ kind: 'token', token: '', providerVersion: null });
    await client.say({ kind: 'query-presence' });
    await vi.waitFor(async () =>
      expect(readSeries(await server.scrape(), 'quire_reading_pauses_total{reason="rate"}')).toBeGreaterThan(0),
    );
  });

  it('who sends another body before one has been taken is told so at once, and goes on with the latest', async () => {
    const server = await start({ limits: { maxFramesPerSecond: 1, rateBurstMs: 0 } });
    const client = await open(server);
    await client.say({ kind: 'token', token: '', providerVersion: null });
    const question = frameOf(encodeHocuspocusFrame('plan', { kind: 'query-presence' }));
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => question));
    const answers: number[] = [];
    for (let body = 0; body < 5; body += 1) void client.post(many).then((status) => answers.push(status));
    await vi.waitFor(() => expect(answers).toEqual([409, 409, 409, 409]));
  });

  it('[R15] who does not say that anything arrives is closed as a slow reader, and costs a window until then', async () => {
    const clock = new ManualClock();
    const limits = { stallTimeoutMs: 30_000, maxRingBytesPerDocument: 64 * KIB * KIB };
    const server = await start({ limits }, { clock });
    const deaf = await join(server);
    const ada = joinWithHocuspocus(server.wsUrl, 'plan');
    ends.push(() => ada.leave());
    await until(() => ada.provider.isSynced, { what: 'synced' });
    for (let part = 0; part < 10; part += 1) {
      ada.doc.getMap('blobs').set('one', `${part}`.repeat(200 * KIB));
      await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    }
    const scrape = await server.scrape();
    expect(readSeries(scrape, 'quire_behind_sessions')).toBe(1);
    expect(readSeries(scrape, 'quire_unsent_bytes')).toBeLessThan(1_024 * KIB);
    await vi.waitFor(
      async () => {
        clock.advance(5_000);
        expect(readSeries(await server.scrape(), 'quire_sessions_closed_total{code="slow-reader"}')).toBe(1);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(deaf.heard.filter(({ kind }) => kind === 'update').length).toBeLessThan(4);
  });

  it('of a large document there is one copy, however many read it who never say that anything arrives', async () => {
    const bytes = 4 * KIB * KIB;
    const server = await start();
    const ada = joinWithHocuspocus(server.wsUrl, 'plan');
    ends.push(() => ada.leave());
    await until(() => ada.provider.isSynced, { what: 'synced' });
    ada.doc.getMap('blobs').set('one', 'x'.repeat(bytes));
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    const before = measureArrayBuffers();
    const readers = await Promise.all(Array.from({ length: 40 }, () => open(server)));
    await Promise.all(
      readers.map(async (reader) => {
        await reader.say({ kind: 'token', token: '', providerVersion: null });
        await reader.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
      }),
    );
    await until(() => readers.every(({ after }) => after > 5), { what: 'everybody has a window of it' });
    expect(measureArrayBuffers() - before).toBeLessThan(15 * bytes);
  });

  it('presence that is too large ends it, as on a socket', async () => {
    const server = await start({ limits: { maxPresenceEntries: 1 } });
    const client = await join(server);
    const people = [1, 2].map((clientId) => ({ clientId, clock: 1, state: '{}' }));
    await client.say({ kind: 'presence', presence: encodePresence(people) });
    await vi.waitFor(() => expect(client.closed?.code).toBe(closeCodes.badFrame.code));
  });
});

describe('[G6] who may come in over HTTP', () => {
  const evil = { Origin: 'https://evil.example' };
  const friend = { Origin: 'https://docs.example' };

  it('is who may open a socket: not a page that is not named, nor one that calls the server by another name', async () => {
    const server = await start({ allowedOrigins: ['https://docs.example'] });
    expect((await refusalOf(server, evil)).status).toBe(403);
    const client = await open(server, { headers: friend });
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await fetch(client.url, { method, headers: evil })).status).toBe(403);
    }
    expect(readSeries(await server.scrape(), 'quire_upgrade_failures_total{status="403"}')).toBe(1);
  });

  it('reads the answers from a page that is named, after its browser has asked', async () => {
    const server = await start({ allowedOrigins: ['https://docs.example'] });
    const door = `${originOf(server)}/collab/http`;
    const allowed = await fetch(door, { headers: friend });
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://docs.example');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    const preflight = await fetch(`${door}/x`, { method: 'OPTIONS', headers: friend });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Last-Event-ID');
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const refused = await fetch(door, { method, headers: evil });
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
      expect(refused.headers.get('vary')).toBe('Origin');
    }
  });

  it('is known by the cookie of the request that opened it, from its own pages alone', async () => {
    const server = await start({ jwt: { secrets: [SECRET] }, allowedOrigins: ['*'] });
    const cookie = `quire_token=${await signToken()}`;
    const own = await open(server, { headers: { cookie, Origin: originOf(server) } });
    await own.say({ kind: 'token', token: '', providerVersion: null });
    await hears(own, 'authenticated');
    const foreign = await open(server, { headers: { cookie, ...evil } });
    await foreign.say({ kind: 'token', token: '', providerVersion: null });
    await hears(foreign, 'denied');
  });

  it('says what it takes where something else is asked for', async () => {
    const server = await start();
    const door = `${originOf(server)}/collab/http`;
    const put = await fetch(door, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    const client = await open(server);
    const patch = await fetch(client.url, { method: 'PATCH' });
    expect([patch.status, patch.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE']);
    expect((await fetch(`${originOf(server)}/collab/httpx`)).status).toBe(404);
  });
});

describe('a server that stops', () => {
  it('[G1] receipts what came over HTTP, then says when to come back, and lets nobody else in', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    const server = await startMeasuredServer({}, { store });
    const client = await openHttpClient(originOf(server));
    await client.follow();
    await client.say({ kind: 'token', token: '', providerVersion: null });
    await client.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    await client.say({ kind: 'step-2', update: EMPTY_UPDATE });
    await vi.waitFor(() => expect(receiptsOf(client)).toBe(1));
    await client.say({ kind: 'update', update: typed[0] ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    const late = await refusalOf(server);
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
    store.flush();
    await vi.waitFor(() => expect(client.closed?.code).toBe(closeCodes.serviceRestart.code));
    expect(readRetryHint(client.closed?.reason ?? '')).not.toBeNull();
    expect(receiptsOf(client)).toBe(2);
    await client.ended;
    await until(
      () => {
        store.flush();
        return isClosed;
      },
      { what: 'closed' },
    );
    await closing;
  });
});
