import type { Holdings } from '@quire/persistence';
import { z } from 'zod';
import type { VersionRange } from './entry-record.ts';
import type { Roll } from './roll.ts';
import type { Spans } from './spans.ts';

/** What a node says of itself, every second. */
export interface Announcement {
  readonly node: string;
  readonly incarnation: string;
  /** Goes up by one with each start of a node: of two incarnations of a node the later one has the higher. */
  readonly generation: number;
  /** Goes up with each announcement of an incarnation: that it moved is what shows that the node is alive. */
  readonly counter: number;
  readonly address: string;
  readonly release: string;
  /** The records of entries that it reads. */
  readonly records: VersionRange;
  readonly state: 'ready' | 'catching-up' | 'leaving';
  readonly roll: Roll;
  /** What it holds of some incarnations: of those that changed lately, or of all. */
  readonly holdings: Holdings;
  /** Over what it holds of all others; empty when it holds nothing else. */
  readonly digest: string;
  /** What it can't store, though it exists: nobody waits for it to hold that. What is not named here may be among it too. */
  readonly refused: Holdings;
}

/** What stays where it is in all versions: who can't read the rest can say whose it is. */
export type Speaker = Pick<Announcement, 'node' | 'generation' | 'address' | 'release'>;

/** Why it can't be read: only a later release does, or nobody. */
export type AnnouncementFault = 'later' | 'damaged';

/** A node of whose last words no more can be read than whose they are. */
export interface UnreadSpeaker extends Speaker {
  readonly fault: AnnouncementFault;
}

export class AnnouncementError extends Error {
  override readonly name: string = 'AnnouncementError';
  readonly fault: AnnouncementFault = 'damaged';
}

/** It is sound, and only a later release reads it. */
export class LaterAnnouncementError extends AnnouncementError {
  override readonly name = 'LaterAnnouncementError';
  override readonly fault = 'later';
}

/** Raised when what this version says would be misread by those who don't know it. */
const VERSION = 1;
/** Some 2,000 incarnations, each with a span, are a tenth of that, and the roll of a cluster that is full a third. */
export const MAX_ANNOUNCEMENT_BYTES = 1024 * 1024;

const id = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().min(0);
const spans = z.array(z.tuple([count, count]));
const holdings = z.record(id, spans);
const version = z.object({ readableBy: z.int() });
const speaker = z.object({
  node: id,
  generation: count,
  address: z.string().max(1_024),
  release: z.string().max(128),
});
const schema = speaker.extend({
  incarnation: id,
  counter: count,
  records: z.object({ min: count, max: count }),
  // A state that a later release brings is not one to rely on.
  state: z.enum(['ready', 'catching-up', 'leaving']).catch('catching-up'),
  roll: z.object({ members: z.array(id), forgotten: z.array(id) }),
  holdings,
  digest: z.string().max(64),
  // Earlier releases say nothing of it.
  refused: holdings.default({}),
});

/** @throws {AnnouncementError} when nobody would read it */
export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(announcementToJson(announcement)));
  checkSize(bytes);
  return bytes;
}

/** @throws {AnnouncementError} */
export function decodeAnnouncement(bytes: Uint8Array): Announcement {
  return announcementFromJson(parse(bytes));
}

/** Whose announcement it is that can't be read; null where not even that can. */
export function readSpeaker(bytes: Uint8Array): Speaker | null {
  try {
    return speaker.parse(parse(bytes));
  } catch {
    return null; // that is the answer
  }
}

function parse(bytes: Uint8Array): unknown {
  checkSize(bytes);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (error) {
    throw new AnnouncementError('An announcement is not JSON', { cause: error });
  }
}

export function announcementToJson(announcement: Announcement): unknown {
  const { roll, holdings, refused, ...rest } = announcement;
  return {
    version: VERSION,
    readableBy: VERSION,
    ...rest,
    roll: { members: [...roll.members], forgotten: [...roll.forgotten] },
    holdings: toPairs(holdings),
    refused: toPairs(refused),
  };
}

function checkSize({ byteLength }: Uint8Array): void {
  if (byteLength <= MAX_ANNOUNCEMENT_BYTES) return;
  throw new AnnouncementError(`An announcement has ${byteLength} bytes, more than ${MAX_ANNOUNCEMENT_BYTES}`);
}

function toPairs(holdings: Holdings): Record<string, [number, number][]> {
  return Object.fromEntries(
    [...holdings].map(([incarnation, spans]) => [incarnation, spans.map(({ first, last }) => [first, last])]),
  );
}

/** @throws {AnnouncementError} */
export function announcementFromJson(json: unknown): Announcement {
  const readable = version.safeParse(json);
  if (readable.success && readable.data.readableBy > VERSION) {
    throw new LaterAnnouncementError(
      `An announcement wants a reader of version ${readable.data.readableBy}: update this node`,
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new AnnouncementError('An announcement is malformed', { cause: parsed.error });
  const { roll, holdings, refused, ...rest } = parsed.data;
  return {
    ...rest,
    roll: { members: new Set(roll.members), forgotten: new Set(roll.forgotten) },
    holdings: toHoldings(holdings),
    refused: toHoldings(refused),
  };
}

function toHoldings(json: z.infer<typeof holdings>): Holdings {
  return new Map(Object.entries(json).map(([incarnation, pairs]) => [incarnation, toSpans(pairs)]));
}

function toSpans(pairs: readonly (readonly [number, number])[]): Spans {
  let end = -1;
  return pairs.map(([first, last]) => {
    if (first < 1 || first <= end + 1 || last < first)
      throw new AnnouncementError('An announcement has spans in disorder');
    end = last;
    return { first, last };
  });
}
