import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { AuditLog } from '../../auth/audit-log.ts';
import type { Clock } from '../../clock.ts';
import type { ReadClientAddress } from '../../http/client-address.ts';
import { logRequestFailure } from '../../http/request-failure.ts';
import { findCutOff, streamBytes } from '../../http/streamed-bytes.ts';
import type { Logger } from '../../observability/log.ts';
import type { ClusterMeters } from '../../observability/metrics/cluster-meters.ts';
import type { Cluster } from '../cluster.ts';
import type { BusStatus } from '../cluster-bus.ts';
import type { EventsOfNode } from '../missed-events.ts';
import { addEventsDoor } from './events-routes.ts';
import { PeerProblem, respondPeerProblem } from './peer-problems.ts';
import { createPeerGate } from './peer-secret.ts';
import {
  ASKER_HEADER,
  decodeAsker,
  decodeWants,
  type EntryCodec,
  encodeStatus,
  MAX_REQUEST_BYTES,
  type NodesAnswer,
  PEER_PATH,
  type WantsRequest,
  WireError,
} from './peer-wire.ts';
import { addPeopleDoors, type PeopleOfNode } from './people-routes.ts';

export interface PeerRoutesOptions {
  readonly cluster: Pick<Cluster, 'status' | 'entries' | 'nodes' | 'forget' | 'unreadiness'>;
  readonly readBus: () => BusStatus;
  readonly people: PeopleOfNode;
  readonly events: Pick<EventsOfNode, 'takenWithin'>;
  /** Any of them is accepted. */
  readonly secrets: readonly string[];
  readonly codec: Pick<EntryCodec, 'encode'>;
  readonly readAddress: ReadClientAddress;
  /** Where it is written down who was turned away: limited, since strangers can make it write. */
  readonly audit: Pick<AuditLog, 'warn'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: ClusterMeters | null;
}

/** Whoever asks for more gets as much, and asks again; one entry alone may be larger. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Each may hold an entry of the largest size in memory, until it is taken (G4). A node asks one thing at a time. */
export const MAX_ANSWERS_AT_ONCE = 8;

/** What nodes ask each other directly, under `/cluster/v1/`, and what `quire nodes` does. */
export function createPeerRoutes(options: PeerRoutesOptions): Hono {
  const { audit, clock, cluster, codec, events, log, meters, people, readAddress, readBus } = options;
  const isPeer = createPeerGate(options.secrets);
  const peers = new Hono();
  let answering = 0;

  peers.onError((error, context) => {
    if (error instanceof PeerProblem) return respondPeerProblem(error);
    logRequestFailure(log, error, context);
    return respondPeerProblem(new PeerProblem('internal-error', 'Its log says more', { cause: error }));
  });
  peers.notFound((context) =>
    respondPeerProblem(new PeerProblem('not-found', `Nothing is served at ${context.req.path}`)),
  );

  peers.use(`${PEER_PATH}/*`, async (context, next) => {
    if (!isPeer(context.req.header('authorization'))) {
      meters?.answered('denied');
      const { path } = context.req;
      const address = addressOf(context, readAddress);
      audit.warn(
        { event: 'refused', code: 'unauthorized', address, path, why: 'not the secret of the cluster' },
        'refused',
      );
      return respondPeerProblem(new PeerProblem('unauthorized', 'Give all nodes the same cluster.secret'));
    }
    await next();
    const { status } = context.res;
    meters?.answered(status < 400 ? 'served' : status === 500 ? 'failed' : 'refused');
    return undefined;
  });

  peers.get(`${PEER_PATH}/status`, (context) => {
    const asker = decodeAsker(context.req.header(ASKER_HEADER));
    return answerJson(encodeStatus(cluster.status(asker)));
  });

  peers.post(
    `${PEER_PATH}/entries`,
    bodyLimit({
      maxSize: MAX_REQUEST_BYTES,
      onError: () => {
        throw new PeerProblem('body-too-large', `A body has at most ${MAX_REQUEST_BYTES} bytes`);
      },
    }),
    async (context) => {
      const { maxBytes, wants } = readWants(await context.req.text());
      if (answering >= MAX_ANSWERS_AT_ONCE) {
        throw new PeerProblem('busy', `It answers ${MAX_ANSWERS_AT_ONCE} requests for entries already`);
      }
      answering += 1;
      let isOver = false;
      const onEnd = (): void => {
        if (!isOver) answering -= 1;
        isOver = true;
      };
      try {
        const record = codec.encode(await cluster.entries(wants, Math.min(maxBytes, MAX_ANSWER_BYTES)));
        const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
        return new Response(streamBytes(bytes, clock, { onEnd, cutOff: findCutOff(context) }), {
          headers: {
            'Content-Type': 'application/octet-stream',
            'Content-Length': String(bytes.length),
            'Cache-Control': 'no-store',
          },
        });
      } catch (error) {
        onEnd();
        throw error;
      }
    },
  );

  addPeopleDoors(peers, people);
  addEventsDoor(peers, events);

  peers.get(`${PEER_PATH}/nodes`, () => {
    const { nodes, unreadiness } = cluster;
    return answerJson(
      JSON.stringify({ nodes: [...nodes], unreadiness, redis: describeBus(readBus()) } satisfies NodesAnswer),
    );
  });

  peers.post(`${PEER_PATH}/nodes/:id/forget` as const, async (context) => {
    const id = context.req.param('id');
    if (!(await forget(id))) throw new PeerProblem('unknown-node', `The cluster has no node ${id}`);
    log.warn(
      { node: id, address: addressOf(context, readAddress) },
      'a node is forgotten: nobody waits for it any more',
    );
    return answerJson(JSON.stringify({ forgotten: id }));
  });

  for (const [path, allowed] of [
    [`${PEER_PATH}/status`, 'GET, HEAD'],
    [`${PEER_PATH}/entries`, 'POST'],
    [`${PEER_PATH}/nodes`, 'GET, HEAD'],
    [`${PEER_PATH}/nodes/:id/forget`, 'POST'],
  ] as const) {
    peers.all(path, (context) => {
      throw new PeerProblem('method-not-allowed', `Use ${allowed} here, not ${context.req.method}`);
    });
  }

  async function forget(id: string): Promise<boolean> {
    try {
      return await cluster.forget(id);
    } catch (error) {
      throw new PeerProblem('node-alive', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  return peers;
}

function answerJson(text: string): Response {
  return new Response(text, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } });
}

function readWants(text: string): WantsRequest {
  try {
    return decodeWants(text);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new PeerProblem('bad-request', error.message, { cause: error });
  }
}

function describeBus(status: BusStatus): NodesAnswer['redis'] {
  if (status.state !== 'away') return { state: status.state };
  return { state: 'away', detail: status.error.message, since: new Date(status.since).toISOString() };
}

/** Without a server, as in tests, a request comes from nowhere. */
function addressOf({ env }: Pick<Context, 'env'>, readAddress: ReadClientAddress): string {
  const { incoming } = (env ?? {}) as { readonly incoming?: IncomingMessage };
  return incoming === undefined ? '' : readAddress(incoming);
}
