import * as Y from 'yjs';
import { type Contest, findContest } from './contest.ts';
import { type News, weighNews } from './document-size.ts';
import { belongsToTheDead } from './former-lives.ts';
import { mayTakeLongAlone } from './integration-cost.ts';
import { findNewSpans, pickStructs } from './novelty.ts';
import { layOut } from './split-by-author.ts';
import { type SurveyedTypes, surveyTypes } from './type-depths.ts';
import {
  hasMissingDependencies,
  type InspectedUpdate,
  inspectUpdate,
  type StructSpan,
  UpdateError,
} from './update-inspection.ts';
import { hasMoreParts } from './update-parts.ts';
import { findReach } from './update-reach.ts';
import { WalkError } from './update-walk.ts';

/**
 * Everything here runs in the judging thread, and is pure: plain data in, plain data out. Tables are numbers, three for each
 * row, so that they change hands instead of being copied.
 */

/** What a document has at the moment in which somebody sends it something large. */
export interface Holdings {
  readonly stateVector: Uint8Array;
  /** How far clients are known beyond that, on their way to the disk. */
  readonly ahead: ReadonlyMap<number, number>;
  /** What it keeps without having integrated it. */
  readonly pending: readonly StructSpan[];
  /** The state vector of its earlier lives. */
  readonly tombstone: ReadonlyMap<number, number>;
}

export interface Case {
  readonly kind: 'update' | 'step-2';
  /** With memory of its own, which changes hands. */
  readonly update: Uint8Array;
  readonly holdings: Holdings;
  /** The root that nobody but the server writes in, as that of threads in comments; null where there is none. */
  readonly serverRoot: string | null;
  readonly maxParts: number;
}

/** Of the state vector, at most: a client and its clock. */
export const BYTES_PER_CLIENT = 16;
/** Of what is no bytes yet: a clock on its way to the disk, or a span of what is pending. */
export const BYTES_PER_ENTRY = 64;

/** What it takes while it waits: the update, and what it brings along of its document. What is read from the document itself is shared. */
export function weighCase({ update, holdings: { ahead, pending, stateVector } }: Case): number {
  return update.length + stateVector.length + (ahead.size + pending.length) * BYTES_PER_ENTRY;
}

/**
 * What has to be known of an update so that its document need not look into it. A document only ever gains, so what was
 * found on the way is never too little when it arrives.
 */
export interface SoundUpdate {
  /** Of a step 2, the structs that the document lacks; its deletions are all there. An update is as it came. */
  readonly bytes: Uint8Array;
  readonly deletesAt: number;
  /** Where the structs of each client are: client, first byte, end. */
  readonly parts: Float64Array;
  /** Client, first clock, end. */
  readonly spans: Float64Array;
  readonly structs: number;
  readonly belongsToTheDead: boolean;
  readonly isMissingSomething: boolean;
  /** The room that it takes, at most. */
  readonly news: News;
  readonly types: SurveyedTypes;
  /** What its items compete for in the document. */
  readonly contest: Contest;
  /** What it hangs on; null where nothing is the server's alone. */
  readonly reach: PackedReach | null;
}

export interface PackedReach {
  readonly isInRoot: boolean;
  /** Client, first clock, end. */
  readonly named: Float64Array;
}

export type Finding =
  | { readonly kind: 'sound'; readonly sound: SoundUpdate }
  /** It is no update, or one that breaks whoever reads it. */
  | { readonly kind: 'bad' }
  | { readonly kind: 'too-complex' };

export function judge(asked: Case): Finding {
  if (hasMoreParts(asked.update, asked.maxParts)) return { kind: 'too-complex' };
  try {
    return { kind: 'sound', sound: describe(asked) };
  } catch (error) {
    if (error instanceof UpdateError || error instanceof WalkError) return { kind: 'bad' };
    throw error;
  }
}

function describe({ kind, update, holdings, serverRoot }: Case): SoundUpdate {
  const whole = inspectUpdate(update);
  const known = Y.decodeStateVector(holdings.stateVector);
  const clockOf = (client: number): number => Math.max(known.get(client) ?? 0, holdings.ahead.get(client) ?? 0);
  const novelty = kind === 'update' ? whole : inspectUpdate(pickNovelty(whole, known, holdings));
  const isRehearsed = mayTakeLongAlone(novelty.structs) && rehearse(novelty.update);
  const contest = findContest(novelty.structs);
  const { parts, deletesAt } = layOut(novelty.update);
  return {
    bytes: novelty.update,
    deletesAt,
    parts: packSpans(parts),
    spans: packSpans(novelty.spans),
    structs: novelty.structs.length,
    belongsToTheDead: belongsToTheDead(whole, holdings.tombstone),
    isMissingSomething: hasMissingDependencies(novelty, clockOf),
    news: weighNews(novelty, clockOf),
    types: surveyTypes(novelty.structs, clockOf),
    // What it makes of itself has shown.
    contest: isRehearsed ? { ...contest, rivals: 0 } : contest,
    reach: serverRoot === null ? null : packReach(novelty, serverRoot),
  };
}

function packReach({ structs }: InspectedUpdate, root: string): PackedReach {
  const { isInRoot, named } = findReach(structs, root);
  return { isInRoot, named: packSpans(named) };
}

/**
 * Brings it into a document of its own: one that loops does so here, where it is cut short.
 *
 * @returns whether all of it was: what hangs on the document that it is for was not
 */
function rehearse(update: Uint8Array): boolean {
  const document = new Y.Doc();
  try {
    Y.applyUpdate(document, update);
    return document.store.pendingStructs === null;
  } catch (cause) {
    throw new UpdateError('this update can’t be applied', { cause });
  } finally {
    document.destroy();
  }
}

function pickNovelty(
  { update, spans }: InspectedUpdate,
  known: ReadonlyMap<number, number>,
  { stateVector, pending }: Holdings,
): Uint8Array {
  const newSpans = findNewSpans(spans, (client) => known.get(client) ?? 0, pending);
  return pickStructs(update, stateVector, pending, newSpans);
}

export function packSpans(spans: readonly StructSpan[]): Float64Array {
  const table = new Float64Array(spans.length * 3);
  for (const [row, { client, start, end }] of spans.entries()) table.set([client, start, end], row * 3);
  return table;
}

export function unpackSpans(table: Float64Array): StructSpan[] {
  const spans: StructSpan[] = [];
  for (let at = 0; at < table.length; at += 3) {
    spans.push({ client: table[at] ?? 0, start: table[at + 1] ?? 0, end: table[at + 2] ?? 0 });
  }
  return spans;
}
