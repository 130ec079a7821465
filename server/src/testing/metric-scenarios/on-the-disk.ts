import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { createOpenAuthenticator } from '../../auth/authenticator.ts';
import { REGISTRY_NAME } from '../../registry/registry-name.ts';
import { frame, joinSynced, keystroke, name, open, type Scenario, token } from './scenario.ts';

/** From the making of a server's parts to its scenario. */
const heldStores: MemoryStore[] = [];

function storeThatFailsToLoad(): MemoryStore {
  const store = new MemoryStore();
  const load = store.load.bind(store);
  store.load = (document) => (document === REGISTRY_NAME ? load(document) : Promise.reject(new Error('damaged')));
  return store;
}

/** The disk is slow, refuses or fails; journals are folded. */
export const onTheDisk: readonly Scenario[] = [
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
    title: 'many documents are deleted',
    moves: ['quire_deletions_pending', 'quire_reclaims_pending'],
    async play({ atEnd, measured: { server } }) {
      let isOver = false;
      // For as long as somebody looks: there is always a next one.
      const keepDeleting = async (): Promise<void> => {
        while (!isOver) {
          const { name: created } = await server.documents.create();
          await server.documents.delete(created as DocumentName);
        }
      };
      const deleting = Promise.all(Array.from({ length: 20 }, keepDeleting));
      atEnd(() => {
        isOver = true;
        return deleting;
      });
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
];
