import type { Entry, Holdings } from '@quire/persistence';
import { z } from 'zod';
import type { Asker, PeerStatus, Want } from '../peer-link.ts';

/** Of the requests and answers below. Entries themselves travel as records, which have a version of their own. */
export const PEER_VERSION = 1;
/**
 * Whatever later releases ask each other, they go on answering to `GET /cluster/v1/status`, if only with a higher `version`: by
 * that one of this release knows that a node is there of which it can read nothing, and does not do without it (R12).
 */
export const PEER_PATH = '/cluster/v1';

/**
 * With a question for the status: who asks, as JSON in base64url. Earlier releases send none, and pass over one that they are
 * sent.
 */
export const ASKER_HEADER = 'Quire-Asker';

/** A request for more is cut to as much: whoever wants the rest asks again. */
export const MAX_WANTED_SPANS = 4096;
/** As many spans take, each of another incarnation and with the longest numbers. */
export const MAX_REQUEST_BYTES = 512 * 1024;
/** A year of restarts each hour, of a hundred nodes, takes some 30 MB. */
export const MAX_STATUS_BYTES = 64 * 1024 * 1024;

/** How entries are written in an answer. */
export interface EntryCodec {
  encode(entries: readonly Entry[]): Uint8Array;
  /** @throws when the bytes are no such record */
  decode(bytes: Uint8Array): readonly Entry[];
}

const sequenceSchema = z.int().min(1);
const incarnationSchema = z.string().regex(/^[\da-f]{16}$/);
const spansSchema = z.array(z.tuple([sequenceSchema, sequenceSchema])).refine((spans) => {
  return spans.every(([first, last], index) => first <= last && first > (spans[index - 1]?.[1] ?? -1) + 1);
}, 'must be ascending, neither overlapping nor touching');
const holdingsSchema = z.array(z.tuple([incarnationSchema, spansSchema]));

/** Maps are written as lists of pairs, so that no name can mean anything else. */
const statusSchema = z.object({
  version: z.literal(PEER_VERSION),
  announcement: z.base64(),
  holdings: holdingsSchema,
  heard: z.array(z.tuple([z.string().min(1).max(200), z.base64()])),
});

const laterSchema = z.object({ version: z.int().min(PEER_VERSION + 1) });

const askerSchema = z.object({ node: z.string().regex(/^[\da-f]{16}$/), address: z.string().max(1024) });

const wantsSchema = z.object({
  version: z.literal(PEER_VERSION),
  maxBytes: z.int().min(1),
  wants: holdingsSchema.refine(
    (wants) => wants.reduce((count, [, spans]) => count + spans.length, 0) <= MAX_WANTED_SPANS,
    `must be ${MAX_WANTED_SPANS} spans at most`,
  ),
});

export interface WantsRequest {
  readonly maxBytes: number;
  readonly wants: readonly Want[];
}

/** What does not have the shape that it should, in words. */
export class WireError extends Error {
  override readonly name: string = 'WireError';
}

/** Only a later release reads it. */
export class LaterWireError extends WireError {
  override readonly name = 'LaterWireError';
}

export function encodeStatus({ announcement, heard, holdings }: PeerStatus): string {
  return JSON.stringify({
    version: PEER_VERSION,
    announcement: toBase64(announcement),
    holdings: toPairs(holdings),
    heard: [...heard].map(([node, said]) => [node, toBase64(said)]),
  } satisfies z.input<typeof statusSchema>);
}

/** @throws {WireError} */
export function decodeStatus(text: string): PeerStatus {
  const { announcement, heard, holdings } = parseWire(statusSchema, text);
  return {
    announcement: Buffer.from(announcement, 'base64'),
    holdings: toHoldings(holdings),
    heard: new Map(heard.map(([node, said]) => [node, Buffer.from(said, 'base64')])),
  };
}

export function encodeAsker({ node, address }: Asker): string {
  return Buffer.from(JSON.stringify({ node, address })).toString('base64url');
}

/** @returns null where it does not say, or not in words of this release: it is answered all the same */
export function decodeAsker(header: string | undefined): Asker | null {
  try {
    return parseWire(askerSchema, Buffer.from(header ?? '', 'base64url').toString());
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

export function encodeWants({ maxBytes, wants }: WantsRequest): string {
  const pairs = toPairs(new Map(wants.map(({ incarnation, spans }) => [incarnation, spans])));
  return JSON.stringify({ version: PEER_VERSION, maxBytes, wants: pairs } satisfies z.input<typeof wantsSchema>);
}

/** @throws {WireError} */
export function decodeWants(text: string): WantsRequest {
  const { maxBytes, wants } = parseWire(wantsSchema, text);
  return { maxBytes, wants: [...toHoldings(wants)].map(([incarnation, spans]) => ({ incarnation, spans })) };
}

/** The first of them, as many as fit into a request. */
export function limitWants(wants: readonly Want[]): readonly Want[] {
  let room = MAX_WANTED_SPANS;
  const limited: Want[] = [];
  for (const { incarnation, spans } of wants) {
    if (room === 0) break;
    const taken = spans.slice(0, room);
    room -= taken.length;
    if (taken.length > 0) limited.push({ incarnation, spans: taken });
  }
  return limited;
}

/** What `quire nodes` is told. */
export const nodesSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      address: z.string(),
      isSelf: z.boolean(),
      state: z.enum(['ready', 'catching-up', 'silent', 'unreadable']),
      release: z.string(),
      heardMsAgo: z.number().nullable(),
      missingEntries: z.number(),
    }),
  ),
  /** Why the node that answers may not serve documents yet; null: it may. */
  unreadiness: z.string().nullable(),
  redis: z.object({
    state: z.enum(['connecting', 'connected', 'away', 'closed']),
    detail: z.string().optional(),
    since: z.string().optional(),
  }),
});

export type NodesAnswer = z.infer<typeof nodesSchema>;

/** @throws {WireError} */
export function parseWire<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WireError('it is not JSON', { cause });
  }
  const result = schema.safeParse(value);
  if (!result.success && laterSchema.safeParse(value).success) throw new LaterWireError('it is of a later release');
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new WireError([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}

type Pairs = z.infer<typeof holdingsSchema>;

function toPairs(holdings: Holdings): Pairs {
  return [...holdings].map(([incarnation, spans]) => [incarnation, spans.map(({ first, last }) => [first, last])]);
}

function toHoldings(pairs: Pairs): Holdings {
  return new Map(pairs.map(([incarnation, spans]) => [incarnation, spans.map(([first, last]) => ({ first, last }))]));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
