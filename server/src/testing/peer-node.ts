import { deserialize, serialize } from 'node:v8';
import type { DocumentStore, Entry } from '@quire/persistence';
import { pino } from 'pino';
import type { AuditEntry } from '../auth/audit-log.ts';
import { systemClock } from '../clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { BusStatus } from '../cluster/cluster-bus.ts';
import { createPeerRoutes, type PeerRoutesOptions } from '../cluster/http/peer-routes.ts';
import type { EntryCodec } from '../cluster/http/peer-wire.ts';
import type { Want } from '../cluster/peer-link.ts';
import { boundConnections } from '../http/connection-slots.ts';
import { createStartingHandlers } from '../http/handlers.ts';
import { openListener } from '../http/listener.ts';

export const PEER_SECRET = 'a secret of the tests that is long enough';

/** Entries as V8 writes values: what a record looks like is no matter to those who carry it. */
export const codec: EntryCodec = {
  encode: (entries) => serialize(entries),
  decode: (bytes) => deserialize(bytes) as Entry[],
};

type PeerCluster = PeerRoutesOptions['cluster'];

/** A node that has nothing and knows nobody, but for what is given. */
export function describeCluster(known: Partial<PeerCluster>): PeerCluster {
  return {
    status: () => ({ announcement: new Uint8Array(), holdings: new Map(), heard: new Map() }),
    entries: async () => [],
    nodes: [],
    unreadiness: null,
    forget: async () => false,
    ...known,
  };
}

/** What a store has of what is wanted, as the contract of {@link Cluster.entries} has it. */
export function serveStore(store: Pick<DocumentStore, 'entries'>): Cluster['entries'] {
  return async (wants: readonly Want[], maxBytes: number) => {
    const found: Entry[] = [];
    let bytes = 0;
    for (const { incarnation, spans } of wants) {
      for (const { first, last } of spans) {
        if (found.length > 0 && bytes >= maxBytes) return found;
        const limit = last - first + 1;
        const entries = await store.entries({ incarnation, after: first - 1, limit, maxBytes: maxBytes - bytes });
        found.push(...entries);
        for (const { updates } of entries) for (const { update } of updates) bytes += update.length;
      }
    }
    return found;
  };
}

/** The routes of such a node, and what its audit log got. */
export function createPeerStage(known: Partial<PeerCluster>, options: Partial<PeerRoutesOptions> = {}) {
  const audited: AuditEntry[] = [];
  const connected: BusStatus = { state: 'connected' };
  const peers = createPeerRoutes({
    cluster: describeCluster(known),
    readBus: () => connected,
    people: { peopleHere: () => ({ people: [], counted: 0 }), sessions: () => [], endSession: () => false },
    events: { takenWithin: () => ({ isAll: true, heads: [] }) },
    secrets: [PEER_SECRET],
    codec,
    readAddress: ({ socket }) => socket.remoteAddress ?? '',
    audit: { warn: (entry) => void audited.push(entry) },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    meters: null,
    ...options,
  });
  return { audited, peers };
}

/** The same on a port of loopback, from the moment in which a server has nothing but that. */
export async function openPeerNode(known: Partial<PeerCluster>, options: Partial<PeerRoutesOptions> = {}) {
  const { audited, peers } = createPeerStage(known, options);
  const listener = await openListener({
    hosts: ['127.0.0.1'],
    port: 0,
    handlers: createStartingHandlers({ meters: null, peers }),
    bounds: boundConnections({ maxSessions: 10, maxSessionsPerAddress: 10 }, []),
    log: pino({ level: 'silent' }),
  });
  return { audited, address: `http://127.0.0.1:${listener.port}`, close: () => listener.close() };
}
