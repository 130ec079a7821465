import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../api/api.ts';
import { createContents } from '../api/contents.ts';
import { DocumentStates } from '../api/document-states.ts';
import { systemClock } from '../clock.ts';
import { createEvents } from '../events/events.ts';
import { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { createMetricsRoute } from '../observability/metrics/metrics-route.ts';
import { type AccessStage, openAccessStage } from '../testing/access-stage.ts';
import { openGuard } from '../testing/open-guard.ts';
import { addOpenThreads } from '../testing/open-threads.ts';
import { createTurns } from '../turns.ts';
import { createApp } from './app.ts';

let stage: AccessStage;
beforeEach(async () => {
  stage = await openAccessStage();
});
afterEach(() => stage.stop());

function createWhole() {
  const log = pino({ level: 'silent' });
  const takeTurn = createTurns();
  const { collaboration, documents } = stage;
  const api = createApi({
    contents: createContents({ documents, live: collaboration, takeTurn }),
    events: createEvents(collaboration),
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
  addOpenThreads(api, { documents, live: collaboration, takeTurn });
  return { api, app: createApp({ api, staticApp: null, readUnreadiness: () => [], log, metrics }) };
}

/** Answered before the app is asked (`gateway/over-http/http-door.ts`). */
const otherDoor = [
  ...['GET', 'POST'].map((method) => `${method} /collab/http`),
  ...['GET', 'POST', 'DELETE'].map((method) => `${method} /collab/http/{session}`),
];

describe('what is served over plain HTTP', () => {
  it('docs/protocol.md and docs/api.md name every request that has an answer of its own, and no other', async () => {
    const { api, app } = createWhole();
    const served = [...app.routes, ...api.routes]
      .filter(({ method, path }) => method !== 'ALL' && method !== 'OPTIONS' && !path.includes('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const read = (page: string) => readFile(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
    const named = [
      ...(await read('protocol.md')).matchAll(/^\| `([A-Z]+ \/[^`?]*)/gm),
      ...(await read('api.md')).matchAll(/^### `([A-Z]+ \/[^`?]*)/gm),
    ].map((match) => match[1] ?? '');
    const shapes = (requests: readonly string[]) =>
      [...new Set(requests.map((request) => request.replace(/\{\w+\}/g, '{}')))].sort();
    expect(shapes(named)).toEqual(shapes([...served, ...otherDoor]));
    expect(named).toContain('GET /metrics');
  });
});
