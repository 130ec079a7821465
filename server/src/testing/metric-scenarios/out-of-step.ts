import { until } from '@quire/testing';
import { ask, joinSynced, open, type Scenario, token } from './scenario.ts';

const MIB = 1024 * 1024;

/** Somebody is too fast or too slow, or no longer there. */
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
];
