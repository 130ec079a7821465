import type { DocumentStore } from '@quire/persistence';
import type { Hono } from 'hono';
import type { Clock } from '../../clock.ts';
import { version } from '../../version.ts';
import { AccessMeters } from './access-meters.ts';
import { ClusterMeters } from './cluster-meters.ts';
import { CollabMeters } from './collab-meters.ts';
import { createRegistry } from './exposition.ts';
import { GatewayMeters } from './gateway-meters.ts';
import { HttpMeters } from './http-meters.ts';
import { JournalMeters } from './journal-meters.ts';
import { createMetricsRoute } from './metrics-route.ts';
import { ProcessMeters } from './process-meters.ts';
import type { MeteredDocuments, MeteredRules } from './readings.ts';
import { WebhookMeters } from './webhook-meters.ts';

export interface MetricsOptions {
  readonly clock: Clock;
  readonly token: string | undefined;
  readonly dataDirectory: string | null;
  readonly queueLimitBytes: number;
  readonly sessionLimit: number;
  readonly droppedLogLines: () => number;
}

/** The meters of a server, for its parts to count with, and the route that tells what they counted. */
export interface Metrics {
  readonly gateway: GatewayMeters;
  readonly collab: CollabMeters;
  readonly access: AccessMeters;
  readonly journal: JournalMeters;
  readonly webhook: WebhookMeters;
  readonly http: HttpMeters;
  readonly cluster: ClusterMeters;
  /** Once there is something to be read; from then on until `close` the process is watched too. */
  serve(parts: MetricsParts): Hono;
  close(): void;
}

export interface MetricsParts {
  readonly store: DocumentStore;
  readonly collaboration: MeteredDocuments;
  readonly rules: MeteredRules;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const { clock, token, dataDirectory, queueLimitBytes, sessionLimit, droppedLogLines } = options;
  const gateway = new GatewayMeters();
  const collab = new CollabMeters();
  const access = new AccessMeters();
  const journal = new JournalMeters();
  const webhook = new WebhookMeters();
  const http = new HttpMeters();
  const cluster = new ClusterMeters();
  const process = new ProcessMeters({ clock, dataDirectory });
  const ends: (() => void)[] = [];
  return {
    gateway,
    collab,
    access,
    journal,
    webhook,
    http,
    cluster,
    serve({ store, collaboration, rules }) {
      ends.push(process.start(), journal.watch(store));
      const sources = {
        gateway,
        collab,
        access,
        journal,
        webhook,
        http,
        cluster,
        process,
        store,
        collaboration,
        rules,
        queueLimitBytes,
        sessionLimit,
        droppedLogLines,
        version,
      };
      return createMetricsRoute({ registry: createRegistry(sources), token }) as unknown as Hono;
    },
    close() {
      for (const end of ends.splice(0)) end();
    },
  };
}
