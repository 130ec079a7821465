import { describe, expect, it } from 'vitest';
import { nodeStates } from '../../observability/metrics/label-values.ts';
import { compareScrapes } from './activity.ts';
import { drawActivity, listActivity } from './describe-activity.ts';
import { quantile, rate, readExposition, total } from './exposition.ts';

const receipts = (counts: readonly [number, number, number]): string =>
  ['0.01', '0.02', '+Inf']
    .map((le, index) => `quire_receipt_latency_seconds_bucket{le="${le}"} ${counts[index]}`)
    .join('\n');

describe('what /metrics says', () => {
  it('is read with its labels, and comments and what is no sample are passed over', () => {
    const scrape = readExposition(
      '# HELP quire_sessions Sockets.\nquire_sessions{dialect="a\\"b",x="1"} 3\n\nnonsense\nquire_sessions{dialect="c"} 4\n',
      0,
    );
    expect(scrape.samples.get('quire_sessions')).toEqual([
      { labels: { dialect: 'a\\"b', x: '1' }, value: 3 },
      { labels: { dialect: 'c' }, value: 4 },
    ]);
    expect(total(scrape, 'quire_sessions')).toBe(7);
    expect(total(scrape, 'quire_open_documents')).toBe(null);
  });
});

describe('between two scrapes', () => {
  const before = readExposition(`quire_edits_total{source="update"} 100\n${receipts([10, 10, 10])}`, 1000);

  it('a counter has a rate per second, by the time that really passed', () => {
    const after = readExposition('quire_edits_total{source="update"} 150\nquire_edits_total{source="server"} 10', 3000);
    expect(rate(before, after, 'quire_edits_total')).toBe(30);
  });

  it('a counter that fell has none: the server started anew', () => {
    expect(rate(before, readExposition('quire_edits_total{source="update"} 5', 2000), 'quire_edits_total')).toBe(null);
  });

  it('a histogram has quantiles of what came in between, by straight lines through its buckets', () => {
    const after = readExposition(receipts([10, 20, 20]), 2000);
    expect(quantile(before, after, 'quire_receipt_latency_seconds', 0.5)).toBeCloseTo(0.015);
    expect(quantile(before, after, 'quire_receipt_latency_seconds', 1)).toBeCloseTo(0.02);
  });

  it('a quantile beyond all bounds is the last bound, and of nothing there is none', () => {
    const beyond = readExposition(receipts([10, 10, 20]), 2000);
    expect(quantile(before, beyond, 'quire_receipt_latency_seconds', 0.5)).toBe(0.02);
    expect(quantile(before, before, 'quire_receipt_latency_seconds', 0.5)).toBe(null);
  });
});

describe('an activity', () => {
  it('has no rates across a restart, also where the new counters have overtaken the old ones', () => {
    const scrape = (startedAt: number, edits: number, atMs: number) =>
      readExposition(`process_start_time_seconds ${startedAt}\nquire_edits_total{source="update"} ${edits}`, atMs);
    const rateOf = (startedAt: number): number | null =>
      compareScrapes(scrape(100, 10, 0), scrape(startedAt, 30, 1000), 400).editsPerSecond;
    expect([rateOf(100), rateOf(300)]).toEqual([20, null]);
  });

  const clustered = [
    'quire_cluster_bus_state{state="away"} 1',
    ...nodeStates.map((state, index) => `quire_cluster_nodes{state="${state}"} ${index}`),
    'quire_cluster_missing_entries 7',
    'quire_cluster_unpublished_entries 8',
    'quire_cluster_unreceipted_entries 9',
  ];

  it('shows how a cluster stands, and says nothing of one on a node by itself', () => {
    const draw = (lines: readonly string[]): string => {
      const scrape = readExposition(lines.join('\n'), 0);
      return drawActivity('http://localhost:1', compareScrapes(scrape, { ...scrape, atMs: 1000 }, 0));
    };
    const drawn = draw(clustered);
    expect(drawn).toMatch(/^cluster +0 +nodes ready, 1 catching up, 2 silent, 3 unreadable$/m);
    expect(drawn).toMatch(/^ +7 +entries that other nodes have$/m);
    expect(drawn).toMatch(/^ +8 +entries for Redis, which is away$/m);
    expect(draw(['quire_cluster_bus_state{state="away"} 0'])).not.toMatch(/cluster|Redis|nodes/);
  });

  it('shows what waits: also folds, calls, questions who somebody is, and sockets that are not read', () => {
    const lines = [
      'quire_compactions_pending 2',
      'quire_http_open_requests 3',
      'quire_auth_asked_questions 1',
      'quire_auth_waiting_questions 4',
      'quire_slow_sessions 6',
      'quire_unsent_bytes 700',
      'quire_paused_sessions 8',
    ];
    const scrape = readExposition(lines.join('\n'), 0);
    const activity = compareScrapes(scrape, { ...scrape, atMs: 1000 }, 0);
    const drawn = drawActivity('http://localhost:1', activity);
    expect(drawn).toMatch(/^ +2 +journals to be folded$/m);
    expect(drawn).toMatch(/^ +3 +API calls to be answered, 5 to the auth backend$/m);
    expect(drawn).toMatch(/^ +6 +sockets with 700 B unsent, 8 that are not read$/m);
    expect(listActivity(activity)).toMatch(/^auth_questions 5$/m);
  });

  it('fits a terminal of 80 × 24, with large numbers and a cluster', () => {
    const busy = [
      ...clustered,
      ...['hocuspocus', 'y-websocket'].map((dialect) => `quire_sessions{dialect="${dialect}"} 12345`),
      ...['open_documents', 'document_connections', 'document_connections_entering', 'unestablished_frames'].map(
        (name) => `quire_${name} 123456`,
      ),
      'quire_presence_people 24690',
      'quire_event_loop_lag_p99_seconds 1.234',
      'process_resident_memory_bytes 12345678901',
      'quire_unsent_bytes 1234567890',
      'quire_slow_sessions 12345',
      'quire_paused_sessions 12345',
      'quire_compactions_pending 12345',
      'quire_http_open_requests 12345',
      'quire_auth_asked_questions 256',
      'quire_auth_waiting_questions 12345',
      'quire_build_info{version="10.20.30"} 1',
      'quire_store_state{state="refusing"} 1',
    ];
    const scrape = readExposition(busy.join('\n'), 0);
    const activity = compareScrapes(scrape, { ...scrape, atMs: 1000 }, 0);
    const lines = drawActivity('http://localhost:8080', activity).trimEnd().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeLessThan(23);
  });

  it('is told in full, and as unknown where a server does not say', () => {
    const nothing = readExposition('quire_sessions{dialect="hocuspocus"} 2', 1000);
    const activity = compareScrapes(nothing, { ...nothing, atMs: 2000 }, 0);
    expect(listActivity(activity)).toContain('\nedits_per_second -\n');
    expect(listActivity(activity)).toContain('\nsessions_hocuspocus 2\n');
    expect(listActivity(activity)).toMatch(/^receipt_p99_seconds -$/m);
    const drawn = drawActivity('http://localhost:1', activity);
    expect(drawn).toMatch(/^sessions +2 +hocuspocus 2/m);
    expect(drawn).not.toMatch(/NaN|undefined|null/);
  });
});
