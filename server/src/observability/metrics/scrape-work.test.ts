import { openFrameSocket, until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../../gateway/session.ts';
import { readSeries, startMeasuredServer } from '../../testing/measured-server.ts';
import { GatewayMeters } from './gateway-meters.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A socket that notes when somebody looks at it. */
class WatchedSession {
  looks = 0;
  waiting: number;

  constructor(waiting: number) {
    this.waiting = waiting;
  }

  get unsentBytes(): number {
    this.looks += 1;
    return this.waiting;
  }
}

describe('the work of a scrape', () => {
  it('looks at sockets that are behind, not at the ten thousand others', () => {
    const meters = new GatewayMeters();
    const sessions = Array.from({ length: 10_000 }, (_, index) => new WatchedSession(index < 3 ? 100 : 0));
    for (const session of sessions) meters.wrote(session);
    for (const session of sessions) session.looks = 0;
    expect(meters.measureUnsent()).toEqual({ sessions: 3, bytes: 300 });
    expect(sessions.reduce((looks, session) => looks + session.looks, 0)).toBe(3);
  });

  it('forgets a socket that has caught up, and one that is gone', () => {
    const meters = new GatewayMeters();
    const [quick, gone] = [new WatchedSession(5), new WatchedSession(5)];
    for (const session of [quick, gone]) meters.wrote(session);
    quick.waiting = 0;
    meters.sessionClosed(gone, 'hocuspocus', 'slow-reader');
    expect(meters.measureUnsent()).toEqual({ sessions: 0, bytes: 0 });
    for (const session of [quick, gone]) session.looks = 0;
    meters.measureUnsent();
    expect(quick.looks + gone.looks).toBe(0);
  });

  it('asks no session of a real server anything while all of them keep up', async () => {
    const measured = await startMeasuredServer();
    ends.push(() => measured.close());
    const sockets = await Promise.all(Array.from({ length: 50 }, () => openFrameSocket(`${measured.wsUrl}/collab`)));
    ends.push(() => sockets.map((socket) => socket.terminate()));
    await until(() => measured.server.unfinished.sessions === 50, { what: 'all of them are there' });
    const looks = vi.spyOn(Session.prototype, 'unsentBytes', 'get');
    ends.push(() => looks.mockRestore());
    expect(readSeries(await measured.scrape(), 'quire_sessions')).toBe(50);
    expect(looks).not.toHaveBeenCalled();
  });
});
