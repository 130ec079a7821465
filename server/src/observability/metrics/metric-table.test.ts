import { spawnSync } from 'node:child_process';
import { MemoryStore } from '@quire/persistence';
import { joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Authenticator, allow } from '../../auth/authenticator.ts';
import type { Scrape } from '../../cli/top/exposition.ts';
import { type MeasuredServer, startMeasuredServer } from '../../testing/measured-server.ts';
import { describeMetric, metricNames } from './metric-table.ts';
import type { MetricDefinition } from './table/definition.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(...parameters: Parameters<typeof startMeasuredServer>): Promise<MeasuredServer> {
  const measured = await startMeasuredServer(...parameters);
  ends.push(() => measured.close());
  return measured;
}

/** The metrics of the table for which something doesn't hold. */
function offenders(holds: (name: string, definition: MetricDefinition) => boolean): string[] {
  return metricNames.filter((name) => !holds(name, describeMetric(name)));
}

const suffixes = { seconds: 'seconds', bytes: 'bytes', timestamp: 'seconds', items: '', flag: '' } as const;

describe('the table', () => {
  it('names metrics as Prometheus wants them: a prefix, base units, and _total for what only grows', () => {
    expect(offenders((name) => /^(quire|process|nodejs)_[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(offenders((name, { type }) => name.endsWith('_total') === (type === 'counter'))).toEqual([]);
    expect(offenders((name, { unit }) => name.replace(/_total$/, '').endsWith(suffixes[unit]))).toEqual([]);
    expect(offenders((name) => !/_(ms|milliseconds|kb|mb|percent)(_|$)/.test(name))).toEqual([]);
  });

  it('says what each metric is in a sentence', () => {
    expect(offenders((_, { help }) => /^[A-Z1].*\.$/.test(help))).toEqual([]);
  });

  it('[G4] gives a label a few values, fixed beforehand', () => {
    expect(offenders((_, { label }) => (label?.values.length ?? 1) < 50)).toEqual([]);
    expect(offenders((_, { label }) => new Set(label?.values).size === (label?.values.length ?? 0))).toEqual([]);
  });

  it('has ascending buckets for histograms, and for nothing else', () => {
    const isAscending = (buckets: readonly number[]): boolean =>
      buckets.every((bound, index) => index === 0 || bound > (buckets[index - 1] ?? 0));
    expect(offenders((_, definition) => definition.type !== 'histogram' || isAscending(definition.buckets))).toEqual(
      [],
    );
    expect(offenders((_, definition) => 'buckets' in definition === (definition.type === 'histogram'))).toEqual([]);
  });
});

const seriesOf = ({ samples }: Scrape): string[] =>
  [...samples].flatMap(([name, all]) => all.map(({ labels }) => `${name}${JSON.stringify(labels)}`));

describe('what a server exposes', () => {
  it('passes the linter of Prometheus', async () => {
    const measured = await start();
    const text = await (await fetch(measured.metricsUrl)).text();
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toBe('');
    expect(checked.status).toBe(0);
    const broken = spawnSync('promtool', ['check', 'metrics'], {
      input: text.replaceAll('quire_sessions_opened_total', 'quireSessions'),
      encoding: 'utf8',
    });
    expect(broken.status).not.toBe(0);
  });

  it('is what the table says: each metric, with each value of its label', async () => {
    const { samples } = await (await start()).scrape();
    for (const name of metricNames) {
      const { label, type } = describeMetric(name);
      const found = samples.get(type === 'histogram' ? `${name}_count` : name) ?? [];
      if (name === 'quire_data_free_bytes') continue; // known a moment after the start
      const values = name === 'quire_build_info' ? [expect.stringMatching(/^\d+\.\d+\.\d+/)] : label?.values;
      expect([name, found.map(({ labels }) => labels)]).toEqual([
        name,
        values === undefined ? [{}] : values.map((value) => ({ [label?.name ?? '']: value })),
      ]);
    }
  });

  it('[G4] has the same series whoever comes, and never the name of a document or of a person', async () => {
    const authenticator: Authenticator = {
      authenticate: async ({ token }) => allow('editor', { id: token, name: token }),
    };
    const measured = await start({}, { authenticator, store: new MemoryStore() });
    const before = seriesOf(await measured.scrape());
    for (const name of ['constructor', 'secret-document', 'x="1"}']) {
      const ada = joinWithHocuspocus(measured.wsUrl, name, { token: 'person-ada' });
      const ben = joinWithYWebsocket(measured.wsUrl, encodeURIComponent(name), { token: 'person-ben' });
      ends.push(
        () => ada.leave(),
        () => ben.leave(),
      );
      ada.doc.getText('body').insert(0, 'x');
      await until(() => ben.doc.getText('body').length === 1, { what: 'Ben sees it' });
    }
    const after = await (await fetch(measured.metricsUrl)).text();
    expect(seriesOf(await measured.scrape())).toEqual(before);
    expect(after).not.toMatch(/secret|person|constructor/);
  });
});
