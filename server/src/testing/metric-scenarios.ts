import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { closeCodes, type DocumentName, encodeHocuspocusFrame, parseAddress } from '@quire/protocol';
import { type FrameSocket, joinWithHocuspocus, joinWithYWebsocket, openFrameSocket, until } from '@quire/testing';
import * as Y from 'yjs';
import { AccessError, type Authenticator, allow, createOpenAuthenticator } from '../auth/authenticator.ts';
import type { ConfigInput, ServerParts } from '../main.ts';
import type { MeasuredServer } from './measured-server.ts';

export interface Stage {
  readonly measured: MeasuredServer;
  /** Called when the scenario is over, the last one first. */
  atEnd(end: () => unknown): void;
}

/** Something that happens to a server, and every series that it moves. */
export interface Scenario {
  readonly title: string;
  readonly settings?: ConfigInput;
  /** Made anew for each run. */
  readonly parts?: () => ServerParts;
  readonly moves: readonly string[];
  play(stage: Stage): Promise<void>;
}

const name = 'plan';
const MIB = 1024 * 1024;

function joinHocuspocus({ measured, atEnd }: Stage, doc = new Y.Doc()) {
  const person = joinWithHocuspocus(measured.wsUrl, name, { doc });
  atEnd(() => person.leave());
  return person;
}

async function joinSynced(stage: Stage, doc = new Y.Doc()) {
  const person = joinHocuspocus(stage, doc);
  await until(() => person.provider.isSynced && !person.provider.hasUnsyncedChanges, { what: 'synced' });
  return person;
}

async function open({ measured, atEnd }: Stage): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${measured.wsUrl}/collab`);
  atEnd(() => socket.terminate());
  return socket;
}

const frame = (sent: Parameters<typeof encodeHocuspocusFrame>[1]): Uint8Array =>
  encodeHocuspocusFrame(parseAddress(name).raw, sent);
const token = frame({ kind: 'token', token: '', providerVersion: null });

function keystroke(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'x');
  return Y.encodeStateAsUpdate(doc);
}

/** An upgrade request with a status line for an answer, for those that are refused. */
async function ask({ measured, atEnd }: Stage, path: string, headers: Record<string, string>, method = 'GET') {
  const socket = connect(measured.server.port, '127.0.0.1');
  atEnd(() => socket.destroy());
  const sent = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(sent).map(([header, value]) => `${header}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'data');
  return socket;
}

function withRole(role: 'reader' | 'editor'): Authenticator {
  return { authenticate: async () => allow(role, { id: 'ada', name: 'Ada' }) };
}

/** Who asks to enter waits for as long as the scenario lasts. */
const neverAnswers: Authenticator = { authenticate: () => new Promise(() => {}) };

function storeThatFailsToLoad(): MemoryStore {
  const store = new MemoryStore();
  store.load = () => Promise.reject(new Error('damaged'));
  return store;
}

const heldStores: MemoryStore[] = [];

export const scenarios: readonly Scenario[] = [
  {
    title: 'two people write, in both dialects',
    moves: [
      ...[
        'quire_sessions',
        'quire_sessions_opened_total',
        'quire_document_connections',
        'quire_receipts_total',
      ].flatMap((metric) => [`${metric}{dialect="hocuspocus"}`, `${metric}{dialect="y-websocket"}`]),
      ...['update', 'step-1', 'step-2', 'presence', 'token'].flatMap((kind) => [
        `quire_received_frames_total{kind="${kind}"}`,
        `quire_received_bytes_total{kind="${kind}"}`,
      ]),
      ...['update', 'step-1', 'step-2', 'presence', 'authenticated', 'receipt', 'echo'].flatMap((kind) => [
        `quire_sent_frames_total{kind="${kind}"}`,
        `quire_sent_bytes_total{kind="${kind}"}`,
      ]),
      'quire_received_frame_bytes',
      'quire_sent_frame_bytes',
      'quire_open_documents',
      'quire_presence_people',
      'quire_edits_total{source="update"}',
      'quire_receipt_latency_seconds',
      'quire_flush_window_seconds',
      'quire_flush_edits',
      'quire_flush_duration_seconds',
      'quire_document_load_seconds{outcome="ok"}',
      'quire_journal_batch_entries',
      'quire_journal_batch_bytes',
      'quire_journal_wait_seconds',
      'quire_journal_sync_seconds',
    ],
    async play(stage) {
      const ada = await joinSynced(stage);
      ada.provider.setAwarenessField('user', { name: 'Ada' });
      const ben = joinWithYWebsocket(stage.measured.wsUrl, name);
      stage.atEnd(() => ben.leave());
      ada.doc.getText('body').insert(0, 'from Ada');
      await until(() => ben.doc.getText('body').length > 0, { what: 'Ben sees it' });
      ben.doc.getText('body').insert(0, 'from Ben');
      await until(() => ada.doc.getText('body').length > 8, { what: 'Ada sees it' });
    },
  },
  {
    title: 'somebody comes whose network lets no WebSocket through',
    moves: ['quire_http_sessions', 'quire_http_sessions_opened_total'],
    async play({ measured, atEnd }) {
      const door = `http://127.0.0.1:${measured.server.port}/collab/http`;
      const { session } = (await (await fetch(door, { method: 'POST' })).json()) as { readonly session: string };
      atEnd(() => fetch(`${door}/${session}`, { method: 'DELETE' }));
    },
  },
  {
    title: 'everybody leaves',
    settings: { limits: { unloadDelayMs: 0 } },
    moves: ['quire_sessions_closed_total{code="client-done"}', 'quire_document_unload_seconds{outcome="ok"}'],
    async play(stage) {
      const person = await joinSynced(stage);
      person.leave();
    },
  },
  {
    title: 'somebody brings edits along',
    moves: ['quire_edits_total{source="step-2"}'],
    async play(stage) {
      const doc = new Y.Doc();
      doc.getText('body').insert(0, 'written offline');
      await joinSynced(stage, doc);
    },
  },
  {
    title: 'the HTTP API edits',
    moves: ['quire_edits_total{source="server"}'],
    async play({ measured }) {
      await measured.server.documents.create();
    },
  },
  {
    title: 'journals are folded',
    settings: { journal: { compactEntries: 2 } },
    moves: [
      'quire_compactions_total{outcome="folded"}',
      'quire_compaction_duration_seconds',
      'quire_compaction_entries_total',
      ...['journal', 'snapshot', 'history'].map((part) => `quire_compaction_bytes_total{part="${part}"}`),
    ],
    async play(stage) {
      const { doc, provider } = await joinSynced(stage);
      for (let edit = 0; edit < 4; edit += 1) {
        doc.getText('body').insert(0, 'x');
        await until(() => !provider.hasUnsyncedChanges, { what: 'saved' });
      }
    },
  },
  {
    title: 'a fold waits',
    parts() {
      const store = new MemoryStore({ flushing: 'manual' });
      heldStores.push(store);
      return { store };
    },
    moves: ['quire_compactions_pending'],
    async play({ atEnd }) {
      const store = heldStores.pop();
      const updates = [{ author: '', update: keystroke() }];
      const kept = store?.append({ document: name, epoch: FIRST_EPOCH, time: Date.now(), updates });
      store?.flush();
      await kept;
      const folded = store?.compact(name);
      atEnd(async () => {
        store?.flush();
        await folded;
      });
    },
  },
  {
    title: 'upgrades are refused',
    moves: ['400', '403', '404', '405', '426'].map((status) => `quire_upgrade_failures_total{status="${status}"}`),
    async play(stage) {
      await ask(stage, '/collab', { 'Sec-WebSocket-Key': 'short' });
      await ask(stage, '/collab', { Origin: 'https://elsewhere.example' });
      await ask(stage, '/nowhere', {});
      await ask(stage, '/collab', {}, 'POST');
      await (await fetch(`${stage.measured.server.url}/collab`)).text();
    },
  },
  {
    title: 'there are as many sessions as a node takes',
    settings: { limits: { maxSessions: 1 } },
    moves: ['quire_upgrade_failures_total{status="503"}'],
    async play(stage) {
      await open(stage);
      await ask(stage, '/collab', {});
    },
  },
  {
    title: 'too many sessions come from one address, and too many open a document',
    settings: { limits: { maxSessionsPerAddress: 2, maxClientsPerDocument: 1 } },
    moves: [
      'quire_upgrade_failures_total{status="429"}',
      'quire_document_connections_refused_total{code="document-full"}',
      'quire_sessions_closed_total{code="document-full"}',
    ],
    async play(stage) {
      const sockets = [await open(stage), await open(stage)];
      await ask(stage, '/collab', {});
      for (const socket of sockets) socket.send(token);
    },
  },
  {
    title: 'somebody has too many sessions',
    settings: { limits: { maxSessionsPerUser: 1 } },
    parts: () => ({ authenticator: withRole('editor') }),
    moves: ['quire_document_connections_refused_total{code="too-many-sessions"}'],
    async play(stage) {
      for (let tab = 0; tab < 2; tab += 1) (await open(stage)).send(token);
    },
  },
  {
    title: 'somebody sends too fast',
    settings: { limits: { maxFramesPerSecond: 1, rateBurstMs: 0 } },
    moves: ['quire_reading_pauses_total{reason="rate"}', 'quire_paused_sessions'],
    async play(stage) {
      const socket = await open(stage);
      for (let frame = 0; frame < 100; frame += 1) socket.send(token);
    },
  },
  {
    title: 'a frame comes in too many fragments',
    settings: { limits: { maxFragments: 2 } },
    moves: ['quire_sessions_closed_total{code="too-many-fragments"}'],
    async play(stage) {
      const raw = await ask(stage, '/collab', {});
      for (const opcode of [0x02, 0x00, 0x00, 0x00]) raw.write(new Uint8Array([opcode, 0x81, 0, 0, 0, 0, 0x78]));
    },
  },
  {
    title: 'what arrives is no frame',
    moves: [
      'quire_received_frames_total{kind="malformed"}',
      'quire_sessions_closed_total{code="bad-frame"}',
      'quire_sessions_closed_total{code="frame-too-big"}',
      'quire_sessions_closed_total{code="protocol-error"}',
      'quire_sessions_closed_total{code="not-utf8"}',
    ],
    settings: { limits: { maxFrameBytes: 1024 } },
    async play(stage) {
      (await open(stage)).send(new Uint8Array([4, 112, 108, 97, 110, 99]));
      (await open(stage)).send(new Uint8Array(2048));
      const raw = await ask(stage, '/collab', {});
      raw.write(new Uint8Array([0x82, 0x01, 0x00])); // not masked, as only a server may send
      const text = await ask(stage, '/collab', {});
      text.write(new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])); // a text of half a character
    },
  },
  {
    title: 'somebody is gone without a goodbye',
    settings: { limits: { pingIntervalMs: 100 } },
    moves: ['quire_ping_timeouts_total', 'quire_sessions_closed_total{code="ping-timeout"}'],
    async play(stage) {
      await ask(stage, '/collab', {}); // a socket that answers nothing, pings least of all
    },
  },
  {
    title: 'somebody does not read',
    settings: { limits: { maxRingBytesPerDocument: 64 * MIB } },
    moves: ['quire_unsent_bytes', 'quire_slow_sessions', 'quire_behind_sessions', 'quire_ring_bytes'],
    async play(stage) {
      const ada = await joinSynced(stage);
      const slow = await open(stage);
      slow.send(token);
      await until(() => slow.frames.length > 0, { what: 'established' });
      slow.pause();
      for (let part = 0; part < 16; part += 1) ada.doc.getMap('blobs').set(String(part), 'x'.repeat(MIB));
      await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    },
  },
  {
    title: 'somebody does not read for too long',
    settings: { limits: { maxRingBytesPerDocument: MIB } },
    moves: ['quire_sessions_closed_total{code="slow-reader"}'],
    async play(stage) {
      const ada = await joinSynced(stage);
      const slow = await open(stage);
      slow.send(token);
      await until(() => slow.frames.length > 0, { what: 'established' });
      slow.pause();
      for (let part = 0; part < 100; part += 1) {
        ada.doc.getMap('blobs').set('one', 'x'.repeat(150 * 1024));
        await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
      }
    },
  },
  {
    title: 'somebody waits at the door',
    parts: () => ({ authenticator: neverAnswers }),
    moves: ['quire_document_connections_entering', 'quire_unestablished_frames', 'quire_unestablished_bytes'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'somebody is not let in',
    parts: () => ({ authenticator: { authenticate: () => Promise.reject(new AccessError(closeCodes.forbidden)) } }),
    moves: ['quire_document_connections_refused_total{code="forbidden"}', 'quire_sent_frames_total{kind="denied"}'],
    async play(stage) {
      (await open(stage)).send(token);
    },
  },
  {
    title: 'a document is deleted under somebody',
    moves: [
      'quire_document_connections_refused_total{code="document-deleted"}',
      'quire_sent_frames_total{kind="closed"}',
    ],
    async play(stage) {
      const created = name as DocumentName;
      await stage.measured.server.documents.create({ name: created });
      const person = joinWithHocuspocus(stage.measured.wsUrl, created);
      stage.atEnd(() => person.leave());
      await until(() => person.provider.isSynced, { what: 'synced' });
      await stage.measured.server.documents.delete(created);
    },
  },
  {
    title: 'a reader writes',
    parts: () => ({ authenticator: withRole('reader') }),
    moves: ['quire_edits_refused_total{code="read-only"}', 'quire_sent_frames_total{kind="refusal"}'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'an editor sends what is no update',
    moves: ['quire_edits_refused_total{code="bad-update"}', 'quire_sessions_closed_total{code="bad-update"}'],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: new Uint8Array([255]) }));
    },
  },
  {
    title: 'an editor sends what is too large for a document, and what has too many parts',
    settings: { limits: { maxDocumentBytes: 1024, maxUpdateParts: 100 } },
    moves: ['document-too-large', 'update-too-complex'].map((code) => `quire_edits_refused_total{code="${code}"}`),
    async play(stage) {
      const [large, complex] = [new Y.Doc(), new Y.Doc()];
      large.getText('body').insert(0, 'x'.repeat(2048));
      complex.getArray('numbers').push(Array.from({ length: 200 }, (_, at) => at));
      for (const doc of [large, complex]) {
        const socket = await open(stage);
        socket.send(token);
        socket.send(frame({ kind: 'update', update: Y.encodeStateAsUpdate(doc) }));
      }
    },
  },
  {
    title: 'the disk is slow',
    parts() {
      const store = new MemoryStore({ flushing: 'manual' });
      heldStores.push(store);
      return { store, authenticator: createOpenAuthenticator() };
    },
    moves: [
      'quire_journal_queue_entries',
      'quire_journal_queue_bytes',
      'quire_document_queue_edits',
      'quire_document_queue_bytes',
    ],
    async play(stage) {
      const store = heldStores.pop();
      stage.atEnd(async () => {
        store?.flush();
        await until(() => store?.queue.entries === 1, { what: 'the second is at the disk' });
        store?.flush();
      });
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
      await until(() => (store?.queue.entries ?? 0) > 0, { what: 'the first is at the disk' });
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'somebody writes faster than the disk',
    settings: { limits: { maxQueueBytesPerDocument: 8192, unloadDelayMs: 0 } },
    parts() {
      const store = new MemoryStore({ flushing: 'manual' });
      heldStores.push(store);
      return { store };
    },
    moves: ['quire_paused_sessions'],
    async play(stage) {
      const store = heldStores.pop();
      const isStored = (): boolean => {
        store?.flush();
        return stage.measured.server.unfinished.openDocuments === 0;
      };
      stage.atEnd(() => until(isStored, { what: 'all of it is on disk' }));
      const socket = await open(stage);
      socket.send(token);
      socket.send(frame({ kind: 'update', update: keystroke() }));
      await until(() => (store?.queue.entries ?? 0) > 0, { what: 'the first is at the disk' });
      for (let sent = 0; sent < 150; sent += 1) socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'the disk refuses writes',
    parts() {
      const store = new MemoryStore();
      heldStores.push(store);
      return { store };
    },
    moves: [
      'quire_store_state{state="refusing"}',
      'quire_store_state{state="ready"}',
      'quire_store_refusals_total',
      'quire_edits_refused_total{code="storage-refused"}',
    ],
    async play(stage) {
      const store = heldStores.pop();
      const socket = await open(stage);
      socket.send(token);
      await until(() => socket.frames.length > 0, { what: 'established' });
      store?.refuse();
      socket.send(frame({ kind: 'update', update: keystroke() }));
    },
  },
  {
    title: 'a document can not be loaded',
    parts: () => ({ store: storeThatFailsToLoad() }),
    moves: [
      'quire_document_load_seconds{outcome="failed"}',
      'quire_document_connections_refused_total{code="load-failed"}',
      'quire_sessions_closed_total{code="load-failed"}',
    ],
    async play(stage) {
      (await open(stage)).send(token);
    },
  },
  {
    title: 'time passes',
    moves: [
      'quire_event_loop_lag_seconds',
      'quire_event_loop_lag_p99_seconds',
      'quire_event_loop_active_seconds_total',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_heap_size_total_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_external_memory_bytes',
      'nodejs_gc_duration_seconds{kind="major"}',
      'process_open_fds',
    ],
    async play(stage) {
      const kept = Array.from({ length: 200_000 }, (_, index) => ({
        index,
        bytes: index % 100 === 0 ? new Uint8Array(1024) : null,
      }));
      const heldUpUntil = performance.now() + 60;
      while (performance.now() < heldUpUntil);
      setFlagsFromString('--expose-gc');
      runInNewContext('gc')();
      await open(stage);
      stage.atEnd(() => kept.splice(0));
    },
  },
];

/** What says how things are, and moves with nothing that a test can do. */
export const constants: readonly string[] = [
  'quire_build_info',
  'quire_journal_queue_limit_bytes',
  'quire_data_free_bytes',
  'process_start_time_seconds',
  'process_max_fds',
];
