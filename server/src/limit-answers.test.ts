import { once } from 'node:events';
import { MemoryStore, PersistenceError } from '@quire/persistence';
import {
  closeCodes,
  type DocumentName,
  decodeServerFrame,
  type EventRefusalCode,
  encodeHocuspocusFrame,
  encodePresence,
  encodeYWebsocketFrame,
  type LimitAnswer,
  limits,
  problemSchema,
  readEventNotice,
  readViewers,
  type Viewers,
  writeEventRequest,
} from '@quire/protocol';
import { type FrameSocket, joinWithHocuspocus, openFrameSocket, openRawWebSocket, until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { allow } from './auth/authenticator.ts';
import type { Config } from './config.ts';
import type { ConfigInput, ServerParts } from './main.ts';
import { makeCrowd, makeManyTexts, makeNest } from './testing/made-up-updates.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { type MeasuredServer, readSeries, startMeasuredServer } from './testing/measured-server.ts';

const KIB = 1024;
const THREADS = '/v1/documents/plan/threads';
const MIB = 1024 * KIB;

/** What a server noted, where it was asked to. */
const log: string[] = [];

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Seen =
  | { readonly kind: 'http'; readonly status: number; readonly retryAfterSeconds: number }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'counted' }
  | { readonly kind: 'problem'; readonly status: number; readonly code: string }
  | { readonly kind: 'event'; readonly code: EventRefusalCode }
  | { readonly kind: 'cut-off' };

/** How somebody goes beyond a limit, and what they see of it. */
interface Trespass {
  readonly settings: ConfigInput;
  readonly parts?: () => ServerParts;
  commit(server: MeasuredServer, parts: ServerParts): Promise<Seen>;
}

const at = (name: keyof Config['limits'], value: number): ConfigInput => ({ limits: { [name]: value } });

async function open({ wsUrl }: MeasuredServer, path = '/yjs/plan'): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${wsUrl}${path}`);
  ends.push(() => socket.terminate());
  return socket;
}

async function closeOf(socket: FrameSocket): Promise<Seen> {
  return { kind: 'close', ...(await socket.closed) };
}

/** Opens a document and sends these. */
const send =
  (...frames: readonly Uint8Array[]): Trespass['commit'] =>
  async (server) => {
    const socket = await open(server);
    for (const each of frames) socket.send(each);
    return closeOf(socket);
  };

/** Sends much, and sees whether anybody reads it. */
const flood =
  (...frames: readonly Uint8Array[]): Trespass['commit'] =>
  async (server) => {
    const socket = await open(server);
    for (const each of frames) socket.send(each);
    return vi.waitFor(async (): Promise<Seen> => {
      if (!socket.isOpen) return closeOf(socket);
      expect(readSeries(await server.scrape(), 'quire_paused_sessions')).toBe(1);
      return { kind: 'pause' };
    });
  };

const listenToLog = (): ServerParts => {
  log.length = 0;
  return { logger: pino({ level: 'debug' }, { write: (line) => log.push(line) }) };
};

/** Somebody who is in, and reads no more. */
async function openDeaf(server: MeasuredServer): Promise<FrameSocket> {
  const deaf = await open(server);
  deaf.send(encodeYWebsocketFrame({ kind: 'query-presence' }));
  await deaf.next(() => true, 'the deaf one is in');
  deaf.pause();
  return deaf;
}

const isSomebodyGivenUp = (): boolean => log.some((line) => line.includes(closeCodes.slowReader.name));

/** How the server gives somebody up, who reads on to hear of it. */
async function untilGivenUp(deaf: FrameSocket): Promise<Seen> {
  await until(isSomebodyGivenUp, { what: 'given up' });
  deaf.resume();
  return closeOf(deaf);
}

/** Writes so much into the document of somebody who does not read it. */
async function tellDeaf(server: MeasuredServer, bytes: number): Promise<Seen> {
  const deaf = await openDeaf(server);
  const ada = joinWithHocuspocus(server.wsUrl, 'plan');
  ends.push(() => ada.leave());
  for (let written = 0; written < bytes && !isSomebodyGivenUp(); written += 200 * KIB) {
    ada.doc.getMap('blobs').set('one', 'x'.repeat(200 * KIB));
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
  }
  return untilGivenUp(deaf);
}

const knock: Trespass['commit'] = async (server) => {
  await open(server);
  const socket = new WebSocket(`${server.wsUrl}/collab`);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  response.resume();
  return {
    kind: 'http',
    status: response.statusCode ?? 0,
    retryAfterSeconds: Number(response.headers['retry-after']),
  };
};

/** Enters twice, and sees what the second one gets. */
const enterTwice: Trespass['commit'] = async (server) => {
  const first = await open(server);
  first.send(encodeYWebsocketFrame({ kind: 'query-presence' }));
  await first.next(() => true, 'the first is in');
  return closeOf(await open(server));
};

const sendBeforeToken: Trespass['commit'] = async (server) => {
  const socket = await open(server, '/collab');
  for (let count = 0; count < 3; count += 1) {
    socket.send(encodeHocuspocusFrame('plan', { kind: 'update', update: write('x'.repeat(KIB)) }));
  }
  return closeOf(socket);
};

function positionAt(text: Y.Text, index: number): string {
  return Buffer.from(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, index))).toString('base64');
}

function write(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

/** Updates whose predecessor is never sent. */
function writeOrphans(count: number, text: string): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'first');
    const vector = Y.encodeStateVector(doc);
    doc.getText('body').insert(5, text);
    return Y.encodeStateAsUpdate(doc, vector);
  });
}

const updates = (...each: readonly Uint8Array[]): Uint8Array[] =>
  each.map((update) => encodeYWebsocketFrame({ kind: 'update', update }));
const presence = (count: number, state: string): Uint8Array =>
  encodeYWebsocketFrame({
    kind: 'presence',
    presence: encodePresence(Array.from({ length: count }, (_, index) => ({ clientId: index + 1, clock: 1, state }))),
  });

/** How many are counted, where a frame tells it. */
function readCount(bytes: Uint8Array): Viewers | null {
  const { frame } = decodeServerFrame(bytes);
  return frame.kind === 'stateless' ? readViewers(frame.payload) : null;
}

/** Sends so many events, and sees whether one of them is refused. */
const sendEvents =
  (count: number, data: unknown): Trespass['commit'] =>
  async (server) => {
    const socket = await open(server, '/collab');
    socket.send(encodeHocuspocusFrame('plan', { kind: 'token', token: '', providerVersion: null }));
    for (let sent = 0; sent < count; sent += 1) {
      const payload = writeEventRequest({ kind: 'send', ref: `e${sent}`, name: 'wave', data, clientId: null });
      socket.send(encodeHocuspocusFrame('plan', { kind: 'stateless', payload }));
    }
    return { kind: 'event', code: await socket.next(readRefusal, 'an event is refused') };
  };

/** Why an event was not taken, where a frame tells it. */
function readRefusal(bytes: Uint8Array): EventRefusalCode | null {
  const { frame } = decodeServerFrame(bytes);
  const notice = frame.kind === 'stateless' ? readEventNotice(frame.payload) : null;
  return notice?.kind === 'refused' ? notice.code : null;
}

interface Call {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly json?: unknown;
}

const linkTo = (name: string): Call => ({
  method: 'POST',
  path: `/v1/documents/${name}/links`,
  json: { role: 'reader' },
});

/** Asks for one after the other; with what the last is refused. */
async function ask({ server }: MeasuredServer, ...calls: readonly Call[]): Promise<Seen> {
  const answers: Response[] = [];
  for (const { method, path, json } of calls) {
    const body =
      json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
    answers.push(await fetch(`${server.url}${path}`, { method, ...body }));
  }
  const last = answers.pop();
  expect(answers.map(({ ok }) => ok)).toEqual(answers.map(() => true));
  const { status, code } = problemSchema.parse(await last?.json());
  return { kind: 'problem', status, code };
}

async function writeDocuments({ server }: MeasuredServer, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await server.documents.edit(name as DocumentName, '', (document) => document.getText('body').insert(0, 'words'));
  }
}

const asCommenter = (): ServerParts => ({
  authenticator: { authenticate: () => Promise.resolve(allow('commenter', { id: 'carl', name: 'Carl' })) },
});

/** Comments on so many places of a document that somebody else has written. */
const markPlaces =
  (count: number): Trespass['commit'] =>
  async (server) => {
    let anchor = { start: '', end: '' };
    await server.server.documents.edit('plan' as DocumentName, '', (document) => {
      const text = document.getText('body');
      text.insert(0, 'words');
      anchor = { start: positionAt(text, 0), end: positionAt(text, 5) };
    });
    const json = { text: 'Is this right?', anchor };
    return ask(server, ...Array.from({ length: count }, (): Call => ({ method: 'POST', path: THREADS, json })));
  };

const questions = Array.from({ length: 50 }, () => encodeYWebsocketFrame({ kind: 'query-presence' }));

const trespasses: Readonly<Record<keyof typeof limits, Trespass>> = {
  'limits.maxSessions': { settings: at('maxSessions', 1), commit: knock },
  'limits.maxSessionsPerAddress': { settings: at('maxSessionsPerAddress', 1), commit: knock },
  'limits.maxSessionsPerUser': {
    settings: at('maxSessionsPerUser', 1),
    parts: () => ({
      authenticator: { authenticate: () => Promise.resolve(allow('editor', { id: 'ada', name: 'Ada' })) },
    }),
    commit: enterTwice,
  },
  'limits.maxClientsPerDocument': { settings: at('maxClientsPerDocument', 1), commit: enterTwice },
  'limits.maxDocumentsPerSession': {
    settings: at('maxDocumentsPerSession', 1),
    async commit(server) {
      const socket = await open(server, '/collab');
      for (const name of ['one', 'two']) {
        socket.send(encodeHocuspocusFrame(name, { kind: 'token', token: '', providerVersion: null }));
      }
      return closeOf(socket);
    },
  },
  'limits.maxFramesPerSecond': { settings: at('maxFramesPerSecond', 1), commit: flood(...questions) },
  'limits.maxReceivedBytesPerSecond': {
    settings: at('maxReceivedBytesPerSecond', KIB),
    commit: flood(...updates(write('x'.repeat(64 * KIB)))),
  },
  'limits.rateBurstMs': {
    settings: { limits: { rateBurstMs: 0, maxFramesPerSecond: 1 } },
    commit: flood(...questions.slice(0, 4)),
  },
  'limits.maxFrameBytes': { settings: at('maxFrameBytes', KIB), commit: send(...updates(write('x'.repeat(2 * KIB)))) },
  'limits.maxFragments': {
    settings: at('maxFragments', 2),
    async commit({ wsUrl }) {
      const raw = await openRawWebSocket(wsUrl, '/yjs/plan');
      for (const opcode of [0x02, 0x00, 0x00, 0x00]) raw.send(new Uint8Array([opcode, 0x81, 0, 0, 0, 0, 0x78]));
      return { kind: 'close', ...((await raw.ended) ?? { code: 0, reason: '' }) };
    },
  },
  'limits.maxBufferedChunks': {
    settings: at('maxBufferedChunks', 1),
    async commit(server) {
      const raw = await openRawWebSocket(server.wsUrl, '/yjs/plan');
      const read = async (): Promise<number> => readSeries(await server.scrape(), 'quire_received_frames_total');
      const before = await read();
      // A whole frame and the beginning of another: once the first is counted, the rest of the second comes by itself.
      raw.send(new Uint8Array([0x82, 0x81, 0, 0, 0, 0, 0x03, 0x82, 0x84, 0, 0, 0, 0, 0x78]));
      await vi.waitFor(async () => expect(await read()).toBeGreaterThan(before));
      raw.send(new Uint8Array([0x78]));
      await server.scrape();
      raw.send(new Uint8Array([0x78, 0x78]));
      return { kind: 'close', ...((await raw.ended) ?? { code: 0, reason: '' }) };
    },
  },
  'limits.establishTimeoutMs': {
    settings: at('establishTimeoutMs', 100),
    parts: () => ({ clock: new ManualClock() }),
    async commit(server, { clock }) {
      const socket = await open(server, '/collab');
      if (clock instanceof ManualClock) clock.advance(10_000);
      return closeOf(socket);
    },
  },
  'limits.maxUnestablishedBytes': { settings: at('maxUnestablishedBytes', KIB), commit: sendBeforeToken },
  'limits.maxUnestablishedFrames': { settings: at('maxUnestablishedFrames', 1), commit: sendBeforeToken },
  'limits.maxPresenceStateBytes': {
    settings: at('maxPresenceStateBytes', 64),
    commit: send(presence(1, JSON.stringify({ name: 'x'.repeat(100) }))),
  },
  'limits.maxPresenceEntries': { settings: at('maxPresenceEntries', 1), commit: send(presence(2, '{}')) },
  'limits.maxListedPeople': {
    settings: at('maxListedPeople', 1),
    async commit(server) {
      const socket = await open(server, '/collab');
      socket.send(encodeHocuspocusFrame('plan', { kind: 'token', token: '', providerVersion: null }));
      (await open(server)).send(presence(2, '{}'));
      await socket.next(readCount, 'how many there are is told');
      return { kind: 'counted' };
    },
  },
  'limits.maxEventBytes': { settings: at('maxEventBytes', 64), commit: sendEvents(1, 'x'.repeat(100)) },
  'limits.maxEventsPerSecond': { settings: at('maxEventsPerSecond', 1), commit: sendEvents(10, null) },
  'limits.maxEventsPerSecondPerDocument': {
    settings: at('maxEventsPerSecondPerDocument', 1),
    commit: sendEvents(10, null),
  },
  'limits.maxPendingUpdates': {
    settings: at('maxPendingUpdates', 1),
    commit: send(...updates(...writeOrphans(2, 'x'))),
  },
  'limits.maxPendingBytes': {
    settings: at('maxPendingBytes', KIB),
    commit: send(...updates(...writeOrphans(1, 'x'.repeat(2 * KIB)))),
  },
  'limits.maxDocumentBytes': {
    settings: at('maxDocumentBytes', KIB),
    commit: send(...updates(write('x'.repeat(2 * KIB)))),
  },
  'limits.maxClientIdsPerDocument': {
    settings: at('maxClientIdsPerDocument', 10),
    commit: send(...updates(makeCrowd(1, 11))),
  },
  'limits.maxUpdateParts': {
    settings: at('maxUpdateParts', 100),
    commit: send(...updates(...writeList(200))),
  },
  'limits.maxJudgingBytes': {
    settings: at('maxJudgingBytes', KIB),
    async commit(server) {
      const sockets = await Promise.all(Array.from({ length: 6 }, () => open(server)));
      // The first is judged in a thread that has yet to be started: the others find no room.
      for (const [index, socket] of sockets.entries())
        for (const frame of updates(makeManyTexts(index + 1, 9_000))) socket.send(frame);
      return Promise.race(sockets.map(closeOf));
    },
  },
  'limits.maxJudgingMs': {
    settings: at('maxJudgingMs', 1),
    commit: send(...updates(makeManyTexts(1, 9_000))),
  },
  'limits.maxNestingDepth': {
    settings: at('maxNestingDepth', 10),
    commit: send(...updates(makeNest({ client: 1, clock: 0 }, 11))),
  },
  'limits.maxAnchorsPerCommenter': {
    settings: at('maxAnchorsPerCommenter', 0),
    parts: asCommenter,
    commit: markPlaces(1),
  },
  'limits.maxAnchorsPerMinute': { settings: at('maxAnchorsPerMinute', 1), parts: asCommenter, commit: markPlaces(2) },
  'access.maxLinksPerDocument': {
    settings: { access: { maxLinksPerDocument: 1 } },
    commit: async (server) => {
      await writeDocuments(server, 'plan');
      return ask(server, ...Array(2).fill(linkTo('plan')));
    },
  },
  'access.maxLinks': {
    settings: { access: { maxLinks: 1 } },
    commit: async (server) => {
      await writeDocuments(server, 'plan', 'other');
      return ask(server, linkTo('plan'), linkTo('other'));
    },
  },
  'access.maxRevocations': {
    settings: { access: { maxRevocations: 1 } },
    commit: (server) =>
      ask(server, ...['ada', 'ben'].map((user): Call => ({ method: 'POST', path: '/v1/revocations', json: { user } }))),
  },
  'bin.maxDocuments': {
    settings: { bin: { maxDocuments: 1 } },
    commit: async (server) => {
      await writeDocuments(server, 'plan', 'other');
      return ask(server, ...['plan', 'other'].map((name): Call => ({ method: 'PUT', path: `/v1/bin/${name}` })));
    },
  },
  'limits.maxUnsentBytes': {
    settings: { limits: { maxUnsentBytes: MIB, maxRingBytesPerDocument: 64 * MIB } },
    parts: listenToLog,
    async commit(server) {
      const deaf = await openDeaf(server);
      // Each has an echo, which nobody else keeps.
      for (let count = 0; count < 400; count += 1)
        for (const update of updates(write('x'.repeat(64 * KIB)))) deaf.send(update);
      return untilGivenUp(deaf);
    },
  },
  'limits.stallTimeoutMs': {
    settings: { limits: { stallTimeoutMs: 1_000, maxRingBytesPerDocument: 64 * MIB } },
    parts: listenToLog,
    commit: (server) => tellDeaf(server, 12 * MIB),
  },
  'limits.maxRingBytesPerDocument': {
    settings: at('maxRingBytesPerDocument', MIB),
    parts: listenToLog,
    commit: (server) => tellDeaf(server, 24 * MIB),
  },
  'limits.maxRingBytes': {
    settings: at('maxRingBytes', MIB),
    parts: listenToLog,
    commit: (server) => tellDeaf(server, 24 * MIB),
  },
  'limits.pingIntervalMs': {
    settings: at('pingIntervalMs', 100),
    async commit({ wsUrl }) {
      const raw = await openRawWebSocket(wsUrl, '/yjs/plan'); // which answers nothing
      const closed = await raw.ended;
      return closed === null ? { kind: 'cut-off' } : { kind: 'close', ...closed };
    },
  },
  'limits.maxQueueBytesPerDocument': {
    settings: at('maxQueueBytesPerDocument', KIB),
    parts: () => ({ store: new MemoryStore({ flushing: 'manual' }) }),
    async commit(server, { store }) {
      if (!(store instanceof MemoryStore)) throw new Error('a store that waits expected');
      const socket = await open(server);
      ends.push(async () => {
        let isClosed = false;
        void server.server.close().then(() => {
          isClosed = true;
        });
        await until(
          () => {
            store.flush();
            return isClosed;
          },
          { what: 'what waited is on disk' },
        );
      });
      for (const update of updates(write('x'))) socket.send(update);
      await until(() => store.queue.entries > 0, { what: 'the first is at the disk' });
      for (const update of updates(write('y'.repeat(800)), write('z'.repeat(800)))) socket.send(update);
      return closeOf(socket);
    },
  },
  'journal.queueBytes': {
    settings: {},
    parts() {
      const store = new MemoryStore();
      store.append = () => Promise.reject(new PersistenceError('QUEUE_FULL', 'too much is waiting'));
      return { store };
    },
    commit: send(...updates(write('x'))),
  },
};

function writeList(length: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.getArray('list').push(Array.from({ length }, (_, index) => index));
  return [Y.encodeStateAsUpdate(doc)];
}

/** What the table says that somebody sees. */
function promised(answer: LimitAnswer): Seen {
  switch (answer.kind) {
    case 'http':
      return { kind: 'http', status: answer.status, retryAfterSeconds: answer.retryAfterSeconds };
    case 'close':
      return { kind: 'close', code: answer.code.code, reason: answer.code.reason };
    case 'problem':
      return { kind: 'problem', status: answer.status, code: answer.code };
    case 'event':
      return { kind: 'event', code: answer.refusal.code };
    case 'pause':
    case 'counted':
    case 'cut-off':
      return { kind: answer.kind };
    default:
      return answer satisfies never;
  }
}

describe('what the table of limits says is what somebody sees, and counted where it says', () => {
  it.each(Object.keys(trespasses) as (keyof typeof limits)[])('[G4] beyond %s', async (setting) => {
    const { settings, parts, commit } = trespasses[setting];
    const given = parts?.() ?? {};
    const server = await startMeasuredServer(settings, given);
    ends.push(() => server.close());
    const { answer, metric } = limits[setting];
    if (metric === null) {
      expect(await commit(server, given)).toEqual(promised(answer));
      return;
    }
    const before = readSeries(await server.scrape(), metric);
    expect(await commit(server, given)).toEqual(promised(answer));
    await vi.waitFor(async () => expect(readSeries(await server.scrape(), metric)).toBeGreaterThan(before));
  });
});
