import { describe, expect, it } from 'vitest';
import type { NodeReport } from '../../cluster/cluster.ts';
import { BusError, type BusStatus } from '../../cluster/cluster-bus.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { ClusterMeters } from './cluster-meters.ts';
import { Distribution } from './distribution.ts';
import { type MetricSources, type Reading, readings } from './readings.ts';
import { clusterMetrics } from './table/cluster.ts';

type ClusterMetric = keyof typeof clusterMetrics;
const names = Object.keys(clusterMetrics) as readonly ClusterMetric[];

/** As a scrape would read them; of histograms how often something was seen. */
function read(meters: ClusterMeters): Readonly<Record<string, unknown>> {
  // Only the meters of a cluster are asked by its metrics.
  const sources = { cluster: meters } as unknown as MetricSources;
  return Object.fromEntries(names.map((name) => [name, simplify(readings[name](sources))]));
}

function simplify(reading: Reading): unknown {
  if (reading instanceof Distribution) return reading.count;
  if (typeof reading !== 'object' || reading === null) return reading;
  return Object.fromEntries(
    Object.entries(reading).map(([label, value]) => [label, value instanceof Distribution ? value.count : value]),
  );
}

const node = (known: Partial<NodeReport>): NodeReport => ({
  id: 'a',
  address: 'http://10.0.0.7:8080',
  isSelf: false,
  state: 'ready',
  release: '0.1.0',
  heardMsAgo: 300,
  missingEntries: 0,
  ...known,
});

describe('the metrics of a cluster', () => {
  it('move when their thing happens, each of them', async () => {
    const meters = new ClusterMeters();
    const clock = new ManualClock();
    const before = read(meters);
    const away: BusStatus = { state: 'away', error: new BusError('full', 'Redis has no memory left'), since: 0 };
    let tell = (_: BusStatus): void => {};
    const unwatch = meters.watchBus({
      status: away,
      onStatus(listener) {
        tell = listener;
        return () => {};
      },
    });
    tell(away);
    unwatch();
    meters.watch({ sharedDocuments: () => 7 });
    meters.watch({ clockSkewMs: () => -61_500 });
    meters.watch({ unpublished: () => ({ entries: 12, oldestMs: 2500 }) });
    meters.watch({ unreceipted: () => ({ entries: 3, oldestMs: 1500 }) });
    meters.watch({
      nodes: () => [
        node({ isSelf: true, heardMsAgo: null, missingEntries: 5, state: 'catching-up' }),
        node({ missingEntries: 9 }),
        node({ state: 'silent', heardMsAgo: 90_000 }),
        node({ state: 'silent', heardMsAgo: null }),
      ],
    });
    meters.bus.connected();
    meters.bus.published(100, 2);
    meters.bus.received(3, 600);
    meters.bus.telling(50);
    meters.bus.telling(-20);
    meters.bus.dropped();
    meters.recordRefused('damaged');
    for (const way of ['published', 'received', 'pulled', 'served'] as const) meters.entriesMoved(way, 2);
    meters.receiptWaited(3);
    meters.receiptWithoutRedis();
    await meters.pulls.time(clock, () => Promise.resolve());
    meters.answered('denied');
    meters.rooms.add('sent', 20);
    meters.rooms.add('received', 30);
    meters.rooms.strange('unknown-kind');
    meters.rooms.tally('told');
    meters.rooms.waiting(70);
    meters.rooms.waiting(-30);
    meters.rooms.dropped();
    const after = read(meters);
    expect(names.filter((name) => JSON.stringify(after[name]) === JSON.stringify(before[name]))).toEqual([]);
    expect(after).toMatchObject({
      quire_cluster_bus_state: { connecting: 0, connected: 0, away: 1, closed: 0 },
      quire_cluster_bus_failures_total: { unreachable: 0, full: 1 },
      quire_cluster_message_bytes_total: { sent: 20, received: 30 },
      quire_cluster_messages_strange_total: { damaged: 0, 'unknown-kind': 1, presence: 0 },
      quire_cluster_tallies_total: { told: 1, same: 0, different: 0, asked: 0 },
      quire_cluster_records_total: { published: 1, received: 3 },
      quire_cluster_record_bytes_total: { published: 100, received: 600 },
      quire_cluster_unpublished_entries: 12,
      quire_cluster_unpublished_seconds: 2.5,
      quire_cluster_clock_skew_seconds: -61.5,
      quire_cluster_unreceipted_entries: 3,
      quire_cluster_unreceipted_seconds: 1.5,
      quire_cluster_message_queue_bytes: 30,
      quire_cluster_stateless_queue_characters: 40,
      quire_cluster_messages_dropped_total: 2,
      quire_cluster_missing_entries: 5,
      quire_cluster_nodes: { ready: 1, 'catching-up': 1, silent: 2 },
      quire_cluster_silence_seconds: 90,
      quire_cluster_pull_duration_seconds: { ok: 1, failed: 0 },
      quire_cluster_shared_documents: 7,
    });
  });

  it('are all 0 on a node by itself', () => {
    const flat = Object.values(read(new ClusterMeters())).flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [value],
    );
    expect(flat.length).toBeGreaterThan(names.length);
    expect(flat.filter((value) => value !== 0)).toEqual([]);
  });
});
