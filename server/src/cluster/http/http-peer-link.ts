import type { IncomingMessage } from 'node:http';
import { problemSchema } from '@quire/protocol';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { describeFetchFailure } from '../../fetch-failure.ts';
import { type OutgoingConnections, openOutgoingConnections } from '../../outgoing-connections.ts';
import type { PeopleLink } from '../elsewhere.ts';
import type { EventsLink } from '../missed-events.ts';
import { type Asker, PeerError, type PeerLink } from '../peer-link.ts';
import { TAKEN_EVENTS_PATH, takenAnswerSchema } from './events-wire.ts';
import { derivePeerToken } from './peer-secret.ts';
import {
  ASKER_HEADER,
  decodeStatus,
  type EntryCodec,
  encodeAsker,
  encodeWants,
  LaterWireError,
  limitWants,
  MAX_STATUS_BYTES,
  PEER_PATH,
  PEER_VERSION,
  parseWire,
} from './peer-wire.ts';
import {
  endedAnswerSchema,
  MAX_PEOPLE_BYTES,
  peopleAnswerSchema,
  peopleDoors,
  sessionsAnswerSchema,
} from './people-wire.ts';
import { readLimited, TooLongError } from './read-limited.ts';

export interface HttpPeerLinkOptions {
  /** The first is sent; others may be known to those who have not heard of it yet. */
  readonly secrets: readonly string[];
  readonly codec: Pick<EntryCodec, 'decode'>;
  readonly clock: Clock;
  /** An answer holds one entry at least, however large it is. */
  readonly maxAnswerBytes?: number;
}

/** Four times the largest frame by default: an entry holds what arrived of a document while the disk was busy. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** How long a peer may send nothing. Much less than the minutes that TCP takes to notice that the other end is gone. */
export const SILENCE_MS = 5000;
const MAX_PROBLEM_BYTES = 16 * 1024;
const STATUS_PATH = `${PEER_PATH}/status`;

interface Question {
  readonly address: string;
  readonly path: string;
  /** Sent as JSON; null: something is asked for without sending anything. */
  readonly body: string | null;
  /** Left out where the answer is the same for all. */
  readonly asker?: Asker;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpPeerLink extends PeerLink, PeopleLink, EventsLink {
  /** Gives up whatever is being asked, and ends all connections: nothing of it holds a process open. */
  close(): void;
}

/** Other nodes, asked over HTTP on the connections that are kept between questions. */
export function createHttpPeerLink(options: HttpPeerLinkOptions): HttpPeerLink {
  const { clock, codec, maxAnswerBytes = MAX_ANSWER_BYTES, secrets } = options;
  const [secret] = secrets;
  if (secret === undefined) throw new Error('nodes of a cluster know each other by a secret, and there is none');
  const authorization = `Bearer ${derivePeerToken(secret)}`;
  const connections = openOutgoingConnections();
  /** Gives up what is being asked, one of each; null once the link is closed. */
  let underWay: Set<() => void> | null = new Set();

  async function ask(question: Question): Promise<Buffer> {
    const { address, signal } = question;
    const end = new AbortController();
    const giveUp = (why = 'it was not waited for any longer'): void => end.abort(unreachable(address, why));
    const listen = (): (() => void) =>
      clock.after(SILENCE_MS, () => giveUp(`it sent nothing for ${SILENCE_MS / 1000} s`));
    if (underWay === null) giveUp();
    else underWay.add(giveUp);
    let stopListening = listen();
    try {
      const sent = { ...question, signal: AbortSignal.any([signal, end.signal]) };
      return await send(sent, connections, authorization, () => {
        stopListening();
        stopListening = listen();
      });
    } catch (error) {
      if (error instanceof PeerError) throw error;
      if (end.signal.aborted) throw end.signal.reason;
      if (signal.aborted) throw unreachable(address, 'it was not waited for any longer', signal.reason);
      throw unreachable(address, describeFetchFailure(error), error);
    } finally {
      stopListening();
      underWay?.delete(giveUp);
    }
  }

  async function askAbout<T>(
    schema: z.ZodType<T>,
    { about, ...question }: Pick<Question, 'address' | 'path' | 'signal'> & { readonly about: object },
  ): Promise<T> {
    const body = JSON.stringify({ version: PEER_VERSION, ...about });
    const bytes = await ask({ ...question, body, maxBytes: MAX_PEOPLE_BYTES });
    return read(question.address, () => parseWire(schema, bytes.toString()));
  }

  return {
    async status(address, asker, signal) {
      const path = STATUS_PATH;
      const bytes = await ask({ address, path, body: null, asker, maxBytes: MAX_STATUS_BYTES, signal });
      return read(address, () => decodeStatus(bytes.toString()));
    },
    async entries(address, wants, maxBytes, signal) {
      const limited = limitWants(wants);
      if (limited.length === 0) return [];
      const path = `${PEER_PATH}/entries`;
      const body = encodeWants({ maxBytes, wants: limited });
      const bytes = await ask({ address, path, body, maxBytes: maxAnswerBytes, signal });
      return read(address, () => codec.decode(bytes));
    },
    people: (address, document, signal) =>
      askAbout(peopleAnswerSchema, { address, path: peopleDoors.people, about: { document }, signal }),
    async sessions(address, document, signal) {
      const question = { address, path: peopleDoors.sessions, about: { document }, signal };
      return (await askAbout(sessionsAnswerSchema, question)).sessions;
    },
    async endSession(address, document, session, signal) {
      const question = { address, path: peopleDoors.endSession, about: { document, session }, signal };
      return (await askAbout(endedAnswerSchema, question)).ended;
    },
    async takenEvents(address, withinMs, signal) {
      const question = { address, path: TAKEN_EVENTS_PATH, about: { withinMs }, signal };
      const { heads, isAll } = await askAbout(takenAnswerSchema, question);
      return { heads, isAll };
    },
    close() {
      const left = underWay ?? [];
      underWay = null;
      for (const giveUp of left) giveUp();
      connections.close();
    },
  };
}

/** @param onSign the other side is there: it answers, or goes on sending */
async function send(
  { address, asker, body, maxBytes, path, signal }: Question,
  connections: OutgoingConnections,
  authorization: string,
  onSign: () => void,
): Promise<Buffer> {
  const response = await connections.ask(locate(address, path), {
    headers: {
      Authorization: authorization,
      'User-Agent': 'Quire',
      ...(body === null ? {} : { 'Content-Type': 'application/json' }),
      ...(asker === undefined ? {} : { [ASKER_HEADER]: encodeAsker(asker) }),
    },
    body,
    signal,
  });
  onSign();
  if (response.statusCode !== 200) throw await describeRefusal(address, path, response);
  try {
    return await readLimited(response, maxBytes, onSign);
  } catch (error) {
    if (!(error instanceof TooLongError)) throw error;
    throw new PeerError('unsuitable', `the node at ${address} sends ${error.message} at once`, { cause: error });
  }
}

/** The address is what another node said of itself. */
function locate(address: string, path: string): URL {
  const url = URL.parse(path, address);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new PeerError(
    'unsuitable',
    `a node says that it is reached at "${address}", which is no address of HTTP: set cluster.address on it`,
  );
}

async function describeRefusal(address: string, path: string, response: IncomingMessage): Promise<PeerError> {
  const { statusCode: status = 0 } = response;
  const said = await readProblem(response);
  // In our words, to what every node of this release answers.
  if (path === STATUS_PATH && said !== null && (status === 400 || status === 404)) {
    return new PeerError(
      'later',
      `the node at ${address} does not know how this one asks (${said}): it is of a later release`,
    );
  }
  switch (status) {
    case 401:
    case 403:
      return new PeerError(
        'denied',
        `the node at ${address} has another secret: give all nodes the same cluster.secret (QUIRE_CLUSTER_SECRET)`,
      );
    case 400:
    case 413:
      return new PeerError(
        'unsuitable',
        `the node at ${address} does not understand this one (${said ?? status}): their versions may be too far apart`,
      );
    case 500:
      return unreachable(address, 'it failed; its log says why');
    default:
      // Of a proxy, or of a node that is starting, or answers as many as it may.
      if (status > 500 || status === 429) return unreachable(address, said ?? `it answers with ${status}`);
      return new PeerError(
        'unsuitable',
        `what answers at ${address} is no node of a cluster (${status}): check its cluster.address, and that it has the setting redis`,
      );
  }
}

/** In the words of the other side, where it is one of ours. */
async function readProblem(response: IncomingMessage): Promise<string | null> {
  try {
    const text = await readLimited(response, MAX_PROBLEM_BYTES);
    return problemSchema.safeParse(JSON.parse(text.toString())).data?.detail ?? null;
  } catch {
    return null; // whatever that is, the status says enough
  }
}

function read<T>(address: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof LaterWireError ? 'later' : 'unsuitable';
    throw new PeerError(code, `what the node at ${address} says can't be read: ${why}`, { cause });
  }
}

function unreachable(address: string, why: string, cause?: unknown): PeerError {
  return new PeerError(
    'unreachable',
    `the node at ${address} can't be reached: ${why}`,
    cause === undefined ? undefined : { cause },
  );
}
