import { closeCodes } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CollabSession } from '../collab/collab-session.ts';
import { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { SlowLine } from '../testing/slow-line.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { hocuspocusDialect } from './dialects.ts';
import { PausedSessions } from './paused-sessions.ts';
import { Session } from './session.ts';
import { SessionSocket } from './session-socket.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const STALL_MS = 30_000;
const MAX_UNSENT_BYTES = MIB;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const [PING, PONG] = [0x89, 0x8a] as const;
/** As a client sends it, without a payload. */
const MASKED_PONG = Buffer.from([PONG, 0x80, 1, 2, 3, 4]);

function pingsIn({ written }: SlowLine): number {
  return written.filter(([opcode]) => opcode === PING).length;
}

/** What `ws` does for an upgrade; it is not in its types. */
interface Connectable {
  setSocket(line: SlowLine, head: Buffer, options: object): void;
}

function open() {
  const line = new SlowLine();
  const clock = new ManualClock();
  const meters = new GatewayMeters();
  const webSocket = new SessionSocket(null as never, undefined, {});
  (webSocket as unknown as Connectable).setSocket(line, Buffer.alloc(0), { allowSynchronousEvents: true });
  const session = new Session(webSocket, line, hocuspocusDialect, {
    maxUnsentBytes: MAX_UNSENT_BYTES,
    stallTimeoutMs: STALL_MS,
    pace: testLimits,
    paused: new PausedSessions(clock),
    clock,
    log: pino({ level: 'silent' }),
    meters,
    onClosed: () => {},
  });
  const collab = {
    catchUp: vi.fn<() => void>(),
    receive: vi.fn<() => void>(),
    end: () => {},
    anyEstablished: () => null,
  };
  session.start(collab as unknown as CollabSession);
  const close = vi.spyOn(webSocket, 'close');
  const terminate = vi.spyOn(webSocket, 'terminate');
  ends.push(() => webSocket.terminate());
  const look = (): void => session.closeIfStalled(clock.monotonicMs());
  return { session, line, clock, meters, collab, close, terminate, look, webSocket };
}

/** Sends so much to a line that takes nothing. */
function fallBehind(opened: ReturnType<typeof open>, bytes = 128 * KIB): void {
  opened.line.stop();
  opened.session.send([Buffer.alloc(bytes)]);
  expect(opened.session.isBehind).toBe(true);
}

describe('a socket that takes less than it is given', () => {
  it('[R16] is behind from its mark on, and its documents are told once it has taken all', async () => {
    const opened = open();
    const { session, line, collab, meters } = opened;
    session.send([Buffer.alloc(MIB)]);
    expect(session.isBehind).toBe(false);
    line.stop();
    session.send([Buffer.alloc(KIB)]);
    expect(session.isBehind).toBe(false);
    session.send([Buffer.alloc(128 * KIB)]);
    expect(session.isBehind).toBe(true);
    expect(meters.behindSessions).toBe(1);
    line.drain(KIB);
    line.drain(100 * KIB);
    expect(collab.catchUp).not.toHaveBeenCalled();
    line.drain(28 * KIB);
    await until(() => collab.catchUp.mock.calls.length === 1, { what: 'the documents are not told' });
    expect(session.isBehind).toBe(false);
    expect(meters.behindSessions).toBe(0);
  });

  it('[G4] may have a large message waiting, and no more than the limit besides', () => {
    const opened = open();
    fallBehind(opened, 20 * MAX_UNSENT_BYTES);
    const { session, close } = opened;
    for (let sent = 0; sent <= MAX_UNSENT_BYTES; sent += 64 * KIB) session.send([Buffer.alloc(64 * KIB)]);
    expect(close).not.toHaveBeenCalled();
    session.send([Buffer.alloc(1)]);
    expect(close).toHaveBeenCalledExactlyOnceWith(closeCodes.slowReader.code, closeCodes.slowReader.reason);
  });

  it('[R15] is closed as a slow reader when it takes nothing for a time, whatever signs of life it gives', () => {
    const opened = open();
    fallBehind(opened);
    const { session, clock, close, look } = opened;
    for (let passed = 0; passed < STALL_MS; passed += 1000) {
      session.onPong();
      session.send([Buffer.alloc(10)]);
      look();
      expect(close).not.toHaveBeenCalled();
      clock.advance(1000);
    }
    look();
    expect(close).toHaveBeenCalledExactlyOnceWith(closeCodes.slowReader.code, closeCodes.slowReader.reason);
  });

  it('[R15] stays for as long as bytes drain, though its one message is never finished and it answers no ping', () => {
    const opened = open();
    fallBehind(opened, 64 * MIB);
    const { session, line, clock, close, look, terminate } = opened;
    for (let round = 0; round < 100; round += 1) {
      clock.advance(STALL_MS - 1);
      line.drain(KIB);
      look();
      session.ping();
    }
    expect(close).not.toHaveBeenCalled();
    expect(terminate).not.toHaveBeenCalled();
  });

  it('has longer than others for a ping once it has caught up, which waits behind what the system holds', async () => {
    const opened = open();
    const { session, line, terminate } = opened;
    session.ping();
    fallBehind(opened);
    session.ping();
    line.drainAll();
    await until(() => !session.isBehind, { what: 'it does not catch up' });
    for (let ping = 0; ping < 3; ping += 1) session.ping();
    expect(terminate).not.toHaveBeenCalled();
    session.onPong();
    session.ping();
    expect(terminate).not.toHaveBeenCalled();
    session.ping();
    expect(terminate).toHaveBeenCalledOnce();
  });

  it('keeps that longer time through a pause', async () => {
    const opened = open();
    const { session, line, terminate } = opened;
    session.ping();
    fallBehind(opened);
    line.drainAll();
    await until(() => !session.isBehind, { what: 'it does not catch up' });
    session.stopReading();
    session.ping();
    session.readOn();
    for (let ping = 0; ping < 2; ping += 1) session.ping();
    expect(terminate).not.toHaveBeenCalled();
    session.ping();
    expect(terminate).toHaveBeenCalledOnce();
  });

  it('[G4] answers every ping at once, and of those that come while it is behind the last', async () => {
    const opened = open();
    const { session, line } = opened;
    const ping = (payload: string): void => session.onPing(Buffer.from(payload));
    // `ws` writes what stands before a payload by itself.
    const pongs = (): string[] =>
      line.written.flatMap(([opcode], at) => (opcode === PONG ? [String(line.written[at + 1])] : []));
    for (const payload of ['one', 'two']) ping(payload);
    expect(pongs()).toEqual(['one', 'two']);
    fallBehind(opened);
    for (let count = 0; count < 1_000; count += 1) ping(String(count));
    expect(session.unsentBytes).toBe(128 * KIB);
    line.drainAll();
    await until(() => !session.isBehind, { what: 'it does not catch up' });
    ping('last');
    expect(pongs()).toEqual(['one', 'two', '999', 'last']);
  });

  it('[G4] is behind with pongs alone, of which no more wait for who reads none than one mark', () => {
    const { session, line } = open();
    line.stop();
    for (let count = 0; count < 10_000; count += 1) session.onPing(Buffer.alloc(125));
    expect(session.isBehind).toBe(true);
    expect(session.unsentBytes).toBeLessThan(128 * KIB);
  });

  it('ends alone when its documents fail to catch up', async () => {
    const opened = open();
    fallBehind(opened);
    const { line, collab, close } = opened;
    collab.catchUp.mockImplementation(() => {
      throw new Error('a fault of ours');
    });
    line.drainAll();
    await until(() => close.mock.calls.length > 0, { what: 'it is not closed' });
    expect(close).toHaveBeenCalledWith(closeCodes.internalError.code, closeCodes.internalError.reason);
  });

  it('counts as behind no more once it is closed', async () => {
    const opened = open();
    fallBehind(opened);
    const { session, meters, webSocket } = opened;
    session.close(closeCodes.serviceRestart);
    expect(meters.behindSessions).toBe(0);
    webSocket.terminate();
    await until(() => meters.closed.values['service-restart'] === 1, { what: 'it is not closed' });
    expect(meters.behindSessions).toBe(0);
  });
});

describe('a session that is not to be read', () => {
  it('[R4] is read again once nobody wants it to wait', () => {
    const { session, line, meters } = open();
    session.stopReading();
    session.stopReading();
    expect(line.isPaused()).toBe(true);
    expect(meters.sessionsPaused).toBe(1);
    session.readOn();
    expect(line.isPaused()).toBe(true);
    session.readOn();
    expect(line.isPaused()).toBe(false);
    expect(meters.sessionsPaused).toBe(0);
  });

  it('[R4] is pinged, and not missed for what waits: some of it is read behind each ping, and no more', async () => {
    const { session, line, terminate } = open();
    session.ping();
    session.stopReading();
    for (let round = 0; round < 5; round += 1) {
      line.push(MASKED_PONG);
      session.ping();
      await until(() => line.isPaused() && line.readableLength === 0, { what: 'what waited is not read' });
    }
    // However little of a frame it is.
    for (const part of [MASKED_PONG.subarray(0, 3), MASKED_PONG.subarray(3)]) line.push(part);
    session.ping();
    await until(() => line.isPaused(), { what: 'something of it is not read' });
    expect(line.readableLength).toBe(MASKED_PONG.length - 3);
    session.ping();
    expect(terminate).not.toHaveBeenCalled();
    expect(pingsIn(line)).toBe(8);
  });

  it('[G7] is cut off when nothing of it comes between two pings, however long it is not to be read', () => {
    const { session, terminate, meters } = open();
    session.ping();
    session.stopReading();
    session.ping();
    expect(terminate).not.toHaveBeenCalled();
    session.readOn();
    session.stopReading();
    session.ping();
    expect(terminate).toHaveBeenCalledOnce();
    expect(meters.sessionsPaused).toBe(1);
  });

  it('[G7] is sent something several times in a second, so that whoever has left is found out', () => {
    const { session, line, clock } = open();
    session.stopReading();
    clock.advance(1_000);
    expect(line.written.map(([opcode]) => opcode)).toEqual([PONG, PONG]);
    session.readOn();
    clock.advance(1_000);
    expect(line.written).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('[R4] is read again only when every reason to wait is gone', () => {
    const { session, line, meters } = open();
    session.stopReading('judging');
    session.stopReading();
    session.stopReading('hooks');
    session.readOn();
    session.readOn('judging');
    expect(line.isPaused()).toBe(true);
    session.readOn('hooks');
    expect(line.isPaused()).toBe(false);
    expect(meters.readingPauses.values).toMatchObject({ judging: 1, disk: 1, hooks: 1 });
  });

  it('[G4] is read again when it is closed, or its answer would not be heard', () => {
    const { session, line, meters } = open();
    session.stopReading();
    session.close(closeCodes.serviceRestart);
    expect(line.isPaused()).toBe(false);
    expect(meters.sessionsPaused).toBe(0);
    session.readOn();
    expect(meters.sessionsPaused).toBe(0);
  });
});
