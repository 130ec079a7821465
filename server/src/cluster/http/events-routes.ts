import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { type EventsOfNode, NOTICED_AFTER_MS } from '../missed-events.ts';
import { askTakenSchema, MAX_EVENTS_REQUEST_BYTES, TAKEN_EVENTS_PATH, type takenAnswerSchema } from './events-wire.ts';
import { PeerProblem } from './peer-problems.ts';
import { PEER_VERSION, parseWire, WireError } from './peer-wire.ts';

/** Behind the gate of `createPeerRoutes`. */
export function addEventsDoor(peers: Hono, events: Pick<EventsOfNode, 'takenWithin'>): void {
  const limitBody = bodyLimit({
    maxSize: MAX_EVENTS_REQUEST_BYTES,
    onError: () => {
      throw new PeerProblem('body-too-large', `A body has at most ${MAX_EVENTS_REQUEST_BYTES} bytes`);
    },
  });
  peers.post(TAKEN_EVENTS_PATH, limitBody, async (context) => {
    const { heads, isAll } = events.takenWithin(readWithin(await context.req.text()), NOTICED_AFTER_MS);
    const answer: z.input<typeof takenAnswerSchema> = { version: PEER_VERSION, isAll, heads: [...heads] };
    return new Response(JSON.stringify(answer), {
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    });
  });
  peers.all(TAKEN_EVENTS_PATH, (context) => {
    throw new PeerProblem('method-not-allowed', `Use POST here, not ${context.req.method}`);
  });
}

function readWithin(text: string): number {
  try {
    return parseWire(askTakenSchema, text).withinMs;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new PeerProblem('bad-request', error.message, { cause: error });
  }
}
