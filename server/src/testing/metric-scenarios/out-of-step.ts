import { decodeServerFrame } from '@quire/protocol';
import { type FrameSocket, until } from '@quire/testing';
import { makeManyTexts } from '../made-up-updates.ts';
import { ask, frame, joinSynced, open, type Scenario, token } from './scenario.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Somebody is too fast or too slow, sends too much at once, or is no longer there. */
export const outOfStep: readonly Scenario[] = [
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
    title: 'editors send what is large, and much behind it',
    settings: { limits: { maxUnestablishedBytes: 64 * KIB } },
    moves: [
      'quire_judging_updates',
      'quire_judging_bytes',
      'quire_judging_seconds',
      'quire_document_applying_bytes',
      'quire_reading_pauses_total{reason="judging"}',
    ],
    async play(stage) {
      const sockets = await Promise.all(Array.from({ length: 4 }, () => open(stage)));
      for (const socket of sockets) socket.send(token);
      // For as long as somebody looks: one after the other is judged, and there is always a next one.
      let [sent, isOver] = [0, false];
      stage.atEnd(() => {
        isOver = true;
      });
      const sendMore = (socket: FrameSocket): void => {
        if (isOver || !socket.isOpen) return;
        sent += 1;
        socket.send(frame({ kind: 'update', update: makeManyTexts(sent, 9_000) }));
        for (let asked = 0; asked < 120; asked += 1) socket.send(frame({ kind: 'query-presence' }));
      };
      for (const socket of sockets) {
        socket.onFrame((bytes) => {
          if (decodeServerFrame(bytes).frame.kind === 'receipt') sendMore(socket);
        });
        socket.send(frame({ kind: 'step-1', stateVector: new Uint8Array([0]) }));
        socket.send(frame({ kind: 'step-2', update: new Uint8Array([0, 0]) }));
      }
      await until(() => sent > sockets.length, { what: 'one has been judged' });
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
    moves: [
      'quire_sessions_closed_total{code="slow-reader"}',
      'quire_slow_readers_closed_total{limit="document-ring"}',
    ],
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
];
