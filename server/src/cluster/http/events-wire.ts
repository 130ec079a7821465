import { z } from 'zod';
import { PEER_PATH, PEER_VERSION } from './peer-wire.ts';

/** What a node has taken of events in documents that it does not have open. A node of a release before it is answered 404 by itself. */
export const TAKEN_EVENTS_PATH = `${PEER_PATH}/events/taken`;

export const MAX_EVENTS_REQUEST_BYTES = 1024;

const version = z.literal(PEER_VERSION);

export const askTakenSchema = z.object({ version, withinMs: z.int().nonnegative() });

export const takenAnswerSchema = z.object({
  version,
  isAll: z.boolean(),
  heads: z.array(
    z.object({ life: z.string().min(1).max(1024), head: z.string().min(1).max(200), agoMs: z.number().nonnegative() }),
  ),
});
