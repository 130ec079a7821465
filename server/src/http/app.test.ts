import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../api/api.ts';
import { DocumentStates } from '../api/document-states.ts';
import { systemClock } from '../clock.ts';
import { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { createMetricsRoute } from '../observability/metrics/metrics-route.ts';
import { type AccessStage, openAccessStage } from '../testing/access-stage.ts';
import { openGuard } from '../testing/open-guard.ts';
import { createApp } from './app.ts';

let stage: AccessStage;
beforeEach(async () => {
  stage = await openAccessStage();
});
afterEach(() => stage.stop());

function createWhole() {
  const log = pino({ level: 'silent' });
  const api = createApi({
    documents: stage.documents,
    states: new DocumentStates({ store: stage.store, clock: systemClock }),
    rules: stage,
    guard: openGuard,
    origins: { allowedOrigins: [], isLoopbackOnly: true },
    log,
    isDraining: () => false,
  });
  const registry = {
    metrics: () => Promise.resolve(''),
    contentType: 'text/plain; version=0.0.4; charset=utf-8' as const,
  };
  const metrics = {
    route: createMetricsRoute({ registry, token: undefined }) as unknown as Hono,
    gateway: new GatewayMeters(),
  };
  return { api, app: createApp({ api, staticApp: null, readUnreadiness: () => [], log, metrics }) };
}

/** Answered before the app is asked (`gateway/over-http/http-door.ts`). */
const otherDoor = [
  ...['GET', 'POST'].map((method) => `${method} /collab/http`),
  ...['GET', 'POST', 'DELETE'].map((method) => `${method} /collab/http/{session}`),
];

describe('what is served over plain HTTP', () => {
  it('docs/protocol.md names every request that has an answer of its own, and no other', async () => {
    const { api, app } = createWhole();
    const served = [...app.routes, ...api.routes]
      .filter(({ method, path }) => method !== 'ALL' && method !== 'OPTIONS' && !path.includes('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
    const named = [...page.matchAll(/^\| `([A-Z]+ \/[^`?]*)/gm)].map((match) => match[1] ?? '');
    expect([...new Set(named)].sort()).toEqual([...new Set([...served, ...otherDoor])].sort());
    expect(named).toContain('GET /metrics');
  });
});
