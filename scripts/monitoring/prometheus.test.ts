import { join } from 'node:path';
import { joinWithHocuspocus, joinWithYWebsocket, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allowing, startAuthBackend, WEBHOOK_SECRET } from '../../server/src/testing/auth-backend.ts';
import { alerts } from './alerts.ts';
import { rows } from './dashboard.ts';
import { describeScrape, type Prometheus, startPrometheus } from './real-prometheus.ts';

const root = join(import.meta.dirname, '..', '..');
/** Characters that are judged in a thread when they are sent at once. */
const LARGE = 300_000;
const ends: (() => unknown)[] = [];
let prometheus: Prometheus;

beforeAll(async () => {
  const backend = await startAuthBackend(allowing());
  ends.push(() => backend.close());
  const server = await startServer({
    ownProcess: true,
    env: {
      QUIRE_JOURNAL_COMPACT_ENTRIES: '5',
      QUIRE_LIMITS_UNLOAD_DELAY_MS: '100',
      QUIRE_WEBHOOK_URL: backend.url,
      QUIRE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    },
  });
  ends.push(() => server.stop());
  const ruleFile = join(root, 'deploy', 'prometheus', 'quire.rules.yml');
  prometheus = await startPrometheus(describeScrape({ targets: [`127.0.0.1:${server.port}`], ruleFile }));
  ends.push(() => prometheus.stop());
  ends.push(await keepBusy(server));
});

afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A few people who write, in both dialects, documents that are opened and left, some of them large, and calls of the API. @returns the end of it */
async function keepBusy({ url, wsUrl }: { readonly url: string; readonly wsUrl: string }): Promise<() => void> {
  const ada = joinWithHocuspocus(wsUrl, 'plan', { token: 'ada' });
  const ben = joinWithYWebsocket(wsUrl, 'plan', { token: 'ben' });
  ada.provider.setAwarenessField('user', { name: 'Ada' });
  await until(() => ada.provider.isSynced, { what: 'synced' });
  const typing = setInterval(() => {
    ada.doc.getText('body').insert(0, 'a');
    ben.doc.getText('body').insert(0, 'b');
  }, 25);
  let visits = 0;
  const visiting = setInterval(() => {
    visits += 1;
    const visitor = joinWithHocuspocus(wsUrl, `visited-${visits}`, { token: `visitor-${visits}` });
    visitor.doc.getText('body').insert(0, 'x'.repeat(visits % 5 === 0 ? LARGE : 1));
    const leave = (): void => visitor.leave();
    ends.push(leave);
    visitor.provider.on('synced', leave);
    void fetch(`${url}/v1/documents`, { headers: { Authorization: 'Bearer ada' } }).then((answer) => answer.text());
  }, 300);
  return () => {
    clearInterval(typing);
    clearInterval(visiting);
    ada.leave();
    ben.leave();
  };
}

/** As Grafana would ask, with its variables filled in. */
const fillIn = (expression: string): string =>
  expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '20s');

const queries = rows.flatMap(({ panels, title: row }) =>
  panels.flatMap(({ queries: asked, title }) =>
    asked.map(({ expression, legend }) => ({ name: `${row} / ${title} / ${legend}`, expression })),
  ),
);

/** Nothing in this test makes them, so their quantiles are of nothing; their queries are asked all the same. */
const withoutEvents = /outcome="failed"|document_load_seconds|document_unload_seconds|nodejs_gc/;

/** What only happens between nodes; this server is one by itself, so that even what else has a quantile has none here. */
const betweenNodes = /quire_cluster_\w+_seconds_bucket/;

/** A loaded machine may really be slow for a moment, so these may be pending; they wait for minutes before they fire. */
const onSpeed = new Set(alerts.filter(({ expression }) => /_seconds/.test(expression)).map(({ name }) => name));

describe('a real Prometheus that scrapes a busy server', () => {
  it('answers every query of the dashboard with data', async () => {
    expect(queries.length).toBeGreaterThan(60);
    await vi.waitFor(
      async () => {
        const failures: string[] = [];
        for (const { name, expression } of queries) {
          const result = await prometheus.query(fillIn(expression));
          const isFine =
            result.kind === 'values' &&
            result.values.length > 0 &&
            (betweenNodes.test(expression) ||
              (withoutEvents.test(expression)
                ? result.values.some(Number.isFinite)
                : result.values.every(Number.isFinite)));
          if (!isFine) failures.push(`${name}: ${JSON.stringify(result)} for ${expression}`);
        }
        expect(failures).toEqual([]);
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 90_000);

  it('refuses a query that is wrong, and finds nothing for a metric that is not there', async () => {
    expect(await prometheus.query('rate(quire_sessions')).toMatchObject({ kind: 'refused' });
    expect(await prometheus.query('quire_nonsense')).toEqual({ kind: 'values', values: [] });
  });

  it('lists servers for the variable of the dashboard', async () => {
    expect(await prometheus.query('count by (instance) (quire_build_info)')).toEqual({ kind: 'values', values: [1] });
  });

  it('finds the metrics of every alert, evaluates all of them, and none fires', async () => {
    await vi.waitFor(
      async () => {
        const rules = await prometheus.rules();
        expect(rules.map(({ name }) => name)).toEqual(alerts.map(({ name }) => name));
        const isEvaluated = ({ lastEvaluation }: { lastEvaluation: string }): boolean =>
          !lastEvaluation.startsWith('0001');
        expect(rules.filter((rule) => rule.health !== 'ok' || !isEvaluated(rule))).toEqual([]);
        const active = rules.filter(({ name, state }) => state !== 'inactive' && !onSpeed.has(name));
        expect(active).toEqual([]);
        expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
      },
      { timeout: 20_000, interval: 200 },
    );
    for (const { expression, name } of alerts) {
      for (const [selector] of expression.matchAll(/(?:quire|process)_\w+(?:\{[^}]*\})?/g)) {
        expect([name, selector, await prometheus.query(selector)]).toEqual([
          name,
          selector,
          { kind: 'values', values: expect.arrayContaining([expect.any(Number)]) },
        ]);
      }
    }
  });
});
