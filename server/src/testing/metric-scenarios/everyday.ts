import { type DocumentName, writeEventRequest } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import * as Y from 'yjs';
import { openHttpClient } from '../http-client.ts';
import { frame, joinSynced, name, open, type Scenario, token } from './scenario.ts';

/** People write, come and go, as they do all day. */
export const everyday: readonly Scenario[] = [
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
      'quire_presence_people{shown="listed"}',
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
    title: 'there are more people than a document lists',
    settings: { limits: { maxListedPeople: 1 } },
    moves: ['quire_presence_people{shown="counted"}', 'quire_sent_frames_total{kind="stateless"}'],
    async play(stage) {
      await joinSynced(stage);
      await joinSynced(stage);
    },
  },
  {
    title: 'somebody, and the program that the server runs in, say something to everybody',
    settings: { limits: { maxEventBytes: 64 } },
    moves: [
      'quire_events_total{source="client"}',
      'quire_events_total{source="server"}',
      'quire_events_refused_total{code="event-too-large"}',
      'quire_event_replay_bytes',
      'quire_event_replay_documents',
    ],
    async play(stage) {
      const socket = await open(stage);
      socket.send(token);
      for (const [ref, data] of Object.entries({ small: 'x', large: 'x'.repeat(100) })) {
        const payload = writeEventRequest({ kind: 'send', ref, name: 'wave', data, clientId: null });
        socket.send(frame({ kind: 'stateless', payload }));
      }
      await stage.measured.server.events.send(name as DocumentName, { name: 'wave' });
    },
  },
  {
    title: 'somebody comes whose network lets no WebSocket through',
    moves: ['quire_http_sessions', 'quire_http_sessions_opened_total', 'quire_http_held_bytes'],
    async play({ measured, atEnd }) {
      const client = await openHttpClient(`http://127.0.0.1:${measured.server.port}`);
      atEnd(() => fetch(client.url, { method: 'DELETE' }));
      await client.follow();
      // Answered; and the answer is kept, since the client says no more.
      await client.say({ kind: 'token', token: '', providerVersion: null });
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
];
