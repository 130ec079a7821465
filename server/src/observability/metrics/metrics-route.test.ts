import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createStartingHandlers } from '../../http/handlers.ts';
import { startMeasuredServer } from '../../testing/measured-server.ts';
import { GatewayMeters } from './gateway-meters.ts';
import { createMetricsRoute } from './metrics-route.ts';
import { ProcessMeters } from './process-meters.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const registry = {
  metrics: () => Promise.resolve('quire_sessions 1\n'),
  contentType: 'text/plain; version=0.0.4; charset=utf-8' as const,
};
const token = 'correct-horse-battery';

interface Asking {
  readonly peer?: string;
  readonly headers?: Record<string, string>;
}

async function ask(
  route: Hono<never> | ReturnType<typeof createMetricsRoute>,
  { peer = '127.0.0.1', headers = {} }: Asking,
) {
  const asked = new Request('http://localhost/metrics', { headers: { Host: 'localhost:8080', ...headers } });
  return route.fetch(asked, { incoming: { socket: { remoteAddress: peer } } } as never);
}

describe('/metrics without a token', () => {
  const route = createMetricsRoute({ registry, token: undefined });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('answers the machine itself, from %s', async (peer) => {
    const answer = await ask(route, { peer });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('quire_sessions 1\n');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each<[string, Asking]>([
    ['another machine', { peer: '10.0.0.7' }],
    ['another machine over IPv6', { peer: '2001:db8::7' }],
    ['a peer that nobody knows', { peer: '' }],
    ['a proxy', { headers: { 'X-Forwarded-For': '203.0.113.9' } }],
    ['a proxy of the newer kind', { headers: { Forwarded: 'for=203.0.113.9' } }],
    ['a page whose name was pointed here', { headers: { Host: 'evil.example:8080' } }],
    ['a request without a name', { headers: { Host: ' ' } }],
  ])('has nothing of that name for %s', async (_, asking) => {
    expect((await ask(route, asking)).status).toBe(404);
  });
});

describe('/metrics with a token', () => {
  const route = createMetricsRoute({ registry, token });

  it.each(['127.0.0.1', '10.0.0.7'])('answers who has it, from %s', async (peer) => {
    expect((await ask(route, { peer, headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it.each(['', 'Bearer', 'Bearer wrong', `Bearer ${token}x`, `Basic ${token}`, token])(
    'refuses everybody else, on this machine too: %j',
    async (authorization) => {
      const answer = await ask(route, { headers: authorization === '' ? {} : { Authorization: authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.text()).not.toContain('quire_sessions');
    },
  );
});

describe('a whole server', () => {
  it('counts who comes while its journal is being opened', async () => {
    const meters = new GatewayMeters();
    const socket = new PassThrough();
    createStartingHandlers({ meters }).onUpgrade(new IncomingMessage(new Socket()), socket, Buffer.alloc(0));
    expect(String(await once(socket, 'data'))).toContain('503');
    expect(meters.upgradeFailures.values['503']).toBe(1);
  });

  it('wants its token, over a real socket', async () => {
    const measured = await startMeasuredServer({ metricsToken: token });
    ends.push(() => measured.close());
    expect((await fetch(measured.metricsUrl)).status).toBe(401);
    const answer = await fetch(measured.metricsUrl, { headers: { Authorization: `Bearer ${token}` } });
    expect(await answer.text()).toContain('quire_sessions');
  });

  it('with metrics switched off, counts nothing and has no such page', async () => {
    const counts = vi.spyOn(GatewayMeters.prototype, 'upgradeFailed');
    const watches = vi.spyOn(ProcessMeters.prototype, 'start');
    ends.push(
      () => counts.mockRestore(),
      () => watches.mockRestore(),
    );
    const measured = await startMeasuredServer({ metrics: false });
    ends.push(() => measured.close());
    expect((await fetch(measured.metricsUrl)).status).toBe(404);
    expect((await fetch(`${measured.server.url}/collab`)).status).toBe(426);
    expect(counts).not.toHaveBeenCalled();
    expect(watches).not.toHaveBeenCalled();
  });
});
