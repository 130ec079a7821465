import { closeCodes, decodePresence, encodePresence } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import {
  createGatewayStage,
  EMPTY_UPDATE,
  EMPTY_VECTOR,
  keystrokes,
  type RawClient,
  storedText,
  textOf,
} from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { StartOptions } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { joinHocuspocus, openRaw } = stage;
afterEach(() => stage.close());

/** A gateway whose time passes only when a test says so. */
async function start(limits: NonNullable<StartOptions['limits']>) {
  const [clock, meters] = [new ManualClock(), new GatewayMeters()];
  const started = await stage.start({ clock, meters, limits });
  const untilPaused = (): Promise<boolean> =>
    until(() => meters.sessionsPaused === 1, { what: 'the session is not read any more' });
  return { ...started, clock, meters, untilPaused };
}

const MANY = { maxEntries: 100, maxStateBytes: 1024 };
const presenceHeardBy = ({ heard }: RawClient): number => heard.filter(({ kind }) => kind === 'presence').length;

it('[R4] [G4] a session that sends too fast is read no further for a while, and loses nothing', async () => {
  const { url, store, clock, meters, untilPaused } = await start({ maxFramesPerSecond: 100, rateBurstMs: 1_000 });
  const flood = await openRaw(url, 'plan');
  flood.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  flood.say({ kind: 'step-2', update: EMPTY_UPDATE });
  const typed = keystrokes(300);
  for (const update of typed) flood.say({ kind: 'update', update });
  await untilPaused();
  flood.say({ kind: 'query-presence' });
  const other = await openRaw(url, 'plan');
  other.say({ kind: 'query-presence' });
  await until(() => presenceHeardBy(other) > 0, { what: 'others are read meanwhile' });
  expect(presenceHeardBy(flood)).toBe(0);
  await until(
    () => {
      clock.advance(100);
      return presenceHeardBy(flood) > 0;
    },
    { what: 'what waited is read as time passes' },
  );
  await until(() => flood.receipts() === typed.length + 1, { what: 'all of it is saved' });
  expect(flood.socket.readyState).toBe(flood.socket.OPEN);
  expect(await storedText(store, 'plan')).toBe('x'.repeat(typed.length));
  expect(meters.readingPauses.values.rate).toBeGreaterThan(0);
  clock.advance(10_000); // what was read last is paid for, too
  expect(meters.sessionsPaused).toBe(0);
});

it('[R4] a session that is not read is not taken for dead because its answers to pings wait', async () => {
  const { url, clock, meters, untilPaused } = await start({
    maxReceivedBytesPerSecond: 4096,
    rateBurstMs: 100,
    pingIntervalMs: 100,
  });
  const slow = await openRaw(url, 'plan');
  let pings = 0;
  slow.socket.on('ping', () => {
    pings += 1;
    // Its answer has left already, and is read together with this.
    slow.say({ kind: 'presence', presence: encodePresence([{ clientId: 1, clock: pings, state: '{}' }]) });
  });
  slow.say({ kind: 'stateless', payload: 'x'.repeat(4 * 1024) });
  await untilPaused();
  for (let round = 1; round <= 5; round += 1) {
    clock.advance(100);
    await until(() => meters.receivedFrames.values.presence === round, { what: 'it is pinged, and something is read' });
  }
  expect(meters.sessionsPaused).toBe(1);
  slow.say({ kind: 'query-presence' });
  await until(
    () => {
      clock.advance(10);
      return meters.receivedFrames.values['query-presence'] === 1;
    },
    { what: 'it is read again' },
  );
  expect(slow.socket.readyState).toBe(slow.socket.OPEN);
});

it('[G7] [R4] whoever closes their tab while they are not read is off all screens within a second', async () => {
  const { url, clock, gateway, untilPaused } = await start({ maxReceivedBytesPerSecond: 1024, rateBurstMs: 100 });
  const [flood, other] = [await openRaw(url, 'plan'), await openRaw(url, 'plan')];
  flood.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state: '{"name":"Ada"}' }]) });
  const seen = (): string[] =>
    other.heard.flatMap((frame) =>
      frame.kind === 'presence' ? decodePresence(frame.presence, MANY).map(({ state }) => state) : [],
    );
  await until(() => seen().at(-1)?.includes('Ada'), { what: 'the other sees them' });
  // A quarter of an hour at their pace.
  flood.say({ kind: 'stateless', payload: 'x'.repeat(1024 * 1024) });
  await untilPaused();
  flood.socket.terminate();
  let waitedMs = 0;
  await until(
    () => {
      if (waitedMs < 1_000) clock.advance(100);
      waitedMs += 100;
      return gateway.sessions === 1;
    },
    { what: 'it is noticed within a second that they are gone' },
  );
  await until(() => seen().at(-1) === 'null', { what: 'the other sees them no more' });
});

it('[G4] pings count as frames, since each costs an answer', async () => {
  const { url, clock, untilPaused } = await start({ maxFramesPerSecond: 20, rateBurstMs: 500 });
  const raw = await openRaw(url, 'plan');
  let pongs = 0;
  raw.socket.on('pong', () => {
    pongs += 1;
  });
  for (let ping = 0; ping < 100; ping += 1) raw.socket.ping();
  await untilPaused();
  await until(
    () => {
      clock.advance(100);
      return pongs === 100;
    },
    { what: 'every ping is answered in time' },
  );
});

it('others write and see each other while one sends too fast', async () => {
  const { url, untilPaused } = await start({ maxFramesPerSecond: 50, rateBurstMs: 1_000 });
  const flood = await openRaw(url, 'plan');
  for (let frame = 0; frame < 200; frame += 1) flood.say({ kind: 'query-presence' });
  await untilPaused();
  const [ada, ben] = [joinHocuspocus(url, 'plan'), joinHocuspocus(url, 'plan')];
  ada.doc.getText('body').insert(0, 'meanwhile');
  await vi.waitFor(() => expect(textOf(ben.doc)).toBe('meanwhile'));
});

it('a session that is not read hears why it is closed, and its goodbye is heard', async () => {
  const { url, gateway, meters, untilPaused } = await start({ maxFramesPerSecond: 10, rateBurstMs: 1_000 });
  const flood = await openRaw(url, 'plan');
  for (let frame = 0; frame < 1_000; frame += 1) flood.say({ kind: 'query-presence' });
  await untilPaused();
  await gateway.close();
  expect(await flood.closed).toBe(closeCodes.serviceRestart.code);
  expect(meters.sessionsPaused).toBe(0);
  expect(meters.closed.values['service-restart']).toBe(1);
});
