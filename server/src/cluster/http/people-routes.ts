import type { DocumentName, SessionInfo } from '@quire/protocol';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { PeopleThere } from '../elsewhere.ts';
import { PeerProblem } from './peer-problems.ts';
import { PEER_VERSION, parseWire, WireError } from './peer-wire.ts';
import {
  askDocumentSchema,
  askSessionSchema,
  type endedAnswerSchema,
  MAX_PEOPLE_REQUEST_BYTES,
  type peopleAnswerSchema,
  peopleDoors,
  type sessionsAnswerSchema,
} from './people-wire.ts';

/** Who has a document open by this node alone. */
export interface PeopleOfNode {
  peopleHere(name: DocumentName): PeopleThere;
  sessions(name: DocumentName): readonly SessionInfo[];
  endSession(name: DocumentName, id: string): boolean;
}

/** Behind the gate of `createPeerRoutes`: whoever asks has seen to it that who asked them may know. */
export function addPeopleDoors(peers: Hono, here: PeopleOfNode): void {
  const limitBody = bodyLimit({
    maxSize: MAX_PEOPLE_REQUEST_BYTES,
    onError: () => {
      throw new PeerProblem('body-too-large', `A body has at most ${MAX_PEOPLE_REQUEST_BYTES} bytes`);
    },
  });
  peers.post(peopleDoors.people, limitBody, async (context) => {
    const { document } = read(askDocumentSchema, await context.req.text());
    const { people, counted } = here.peopleHere(document);
    const answer: z.input<typeof peopleAnswerSchema> = { version: PEER_VERSION, people: [...people], counted };
    return answerJson(answer);
  });
  peers.post(peopleDoors.sessions, limitBody, async (context) => {
    const { document } = read(askDocumentSchema, await context.req.text());
    const answer: z.input<typeof sessionsAnswerSchema> = {
      version: PEER_VERSION,
      sessions: [...here.sessions(document)],
    };
    return answerJson(answer);
  });
  peers.post(peopleDoors.endSession, limitBody, async (context) => {
    const { document, session } = read(askSessionSchema, await context.req.text());
    const answer: z.input<typeof endedAnswerSchema> = {
      version: PEER_VERSION,
      ended: here.endSession(document, session),
    };
    return answerJson(answer);
  });
  for (const path of Object.values(peopleDoors)) {
    peers.all(path, (context) => {
      throw new PeerProblem('method-not-allowed', `Use POST here, not ${context.req.method}`);
    });
  }
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return parseWire(schema, text);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new PeerProblem('bad-request', error.message, { cause: error });
  }
}

function answerJson(answer: unknown): Response {
  return new Response(JSON.stringify(answer), {
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });
}
