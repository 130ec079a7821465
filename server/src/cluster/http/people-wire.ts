import { documentNameSchema, presentPersonSchema, sessionSchema } from '@quire/protocol';
import { z } from 'zod';
import { PEER_PATH, PEER_VERSION } from './peer-wire.ts';

/** What is asked about one document. A node of a release before these is answered 404 by itself. */
export const peopleDoors = {
  people: `${PEER_PATH}/people`,
  sessions: `${PEER_PATH}/sessions`,
  endSession: `${PEER_PATH}/sessions/end`,
} as const;

export const MAX_PEOPLE_REQUEST_BYTES = 8 * 1024;
/** As many people as are listed by default, each with the largest state, take less; so do the sessions of ten thousand. */
export const MAX_PEOPLE_BYTES = 16 * 1024 * 1024;

const version = z.literal(PEER_VERSION);

export const askDocumentSchema = z.object({ version, document: documentNameSchema });
export const askSessionSchema = askDocumentSchema.extend({ session: z.string().min(1).max(200) });

export const peopleAnswerSchema = z.object({
  version,
  people: z.array(presentPersonSchema),
  counted: z.int().nonnegative(),
});
export const sessionsAnswerSchema = z.object({ version, sessions: z.array(sessionSchema) });
export const endedAnswerSchema = z.object({ version, ended: z.boolean() });
