import type { DocumentStore } from '@quire/persistence';
import { type CloseCode, closeCodes, THREADS_MAP } from '@quire/protocol';
import * as Y from 'yjs';
import type { Grant } from '../auth/authenticator.ts';
import type { Standing } from '../auth/standing.ts';
import { type Slicing, splitDeletes } from './apply-in-slices.ts';
import { endsOf, faultOf, reachThreads, type ThreadReach } from './companion-rules.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import {
  accepted,
  type Candidate,
  type ContentFrame,
  findObjection,
  type IngestLimits,
  noteAuthor,
  type Questions,
  readOnly,
  refuse,
  submissionOf,
  unlessKnown,
  type Verdict,
} from './ingest.ts';
import { StepCount } from './integration-cost.ts';
import {
  BYTES_PER_CLIENT,
  BYTES_PER_ENTRY,
  type Case,
  type Holdings,
  type SoundUpdate,
  unpackSpans,
} from './judgement.ts';
import type { Judge, Ruling, Sender } from './judgement-thread.ts';
import { type DeleteSet, decodeDeletesAt, findNewDeletes, readPending, withDeletes } from './novelty.ts';
import type { Established } from './session-context.ts';
import { splitParts } from './split-by-author.ts';

export interface LargeIngestContext {
  readonly judge: Judge;
  readonly store: Pick<DocumentStore, 'status'>;
  readonly standing: Pick<Standing, 'findEnd'>;
  readonly limits: IngestLimits;
  readonly slicing: Slicing;
}

/** An update that a thread has looked into. */
export interface JudgedUpdate extends Candidate {
  readonly sound: SoundUpdate;
  /** Of comments: whether it is about what the server alone writes there. */
  readonly reach: ThreadReach;
  readonly takesTooLong: boolean;
}

export const answered: Questions<JudgedUpdate> = {
  belongsToTheDead: ({ sound }) => sound.belongsToTheDead,
  findCompanionFault: (update, _, commented) => faultOf(commented, () => update.reach),
  weighNews: ({ sound }) => sound.news,
  hasMissingDependencies: ({ sound }) => sound.isMissingSomething,
  takesTooLong: (update) => update.takesTooLong,
  admitTypes: ({ sound }, { typeDepths }, limit) => typeDepths.admitsSurveyed(sound.types, limit),
};

/** Ranges of deletions between two looks at the time. */
const RANGES_PER_LOOK = 500;
const SLICE_MS = 2;

/** A large frame, without its bytes. */
interface Sent {
  readonly connection: DocumentConnection;
  readonly established: Established;
  readonly kind: ContentFrame['kind'];
  readonly readAtMs: number | null;
  /** What was on its way to the disk when it came, beyond what the document had. */
  readonly ahead: ReadonlyMap<number, number>;
}

/**
 * The door for content that is too large to be looked at where it arrives: a thread looks into it, and what is left for
 * here is to ask the document. In the order in which frames of a connection are taken in, it has its place (R4).
 *
 * @returns null when nobody has to do with it any more
 */
export function ingestLarge(
  connection: DocumentConnection,
  established: Established,
  { kind, update }: ContentFrame,
  context: LargeIngestContext,
  readAtMs: number | null,
  sender: Sender,
): Promise<Verdict | null> {
  if (!established.grant.canWrite) return Promise.resolve(readOnly);
  const bytes = weighBeforehand(established.owner, update);
  if (!context.judge.makeRoomFor(bytes, sender)) return Promise.resolve(refuse(closeCodes.overloaded));
  // From here on nobody holds the frame, which is a view into the socket's buffer: while it waits it is there once.
  const asked = describeCase(established.owner, kind, update, context.limits.maxUpdateParts);
  const { ahead } = asked.holdings;
  const ruling = context.judge.judge(asked, sender);
  return takeIn({ connection, established, kind, readAtMs, ahead }, ruling, context, sender);
}

async function takeIn(
  sent: Sent,
  judgement: Promise<Ruling>,
  context: LargeIngestContext,
  sender: Sender,
): Promise<Verdict | null> {
  const ruling = await judgement;
  if (ruling.kind === 'unwanted') return null;
  if (ruling.kind !== 'sound') return sender.isWanted() ? refuse(codeFor(ruling)) : null;
  try {
    return await takeInSound(sent, ruling.sound, context, sender);
  } finally {
    ruling.letGo();
  }
}

async function takeInSound(
  { connection, established, kind, readAtMs, ahead }: Sent,
  sound: SoundUpdate,
  { limits, slicing, standing, store }: LargeIngestContext,
  sender: Sender,
): Promise<Verdict | null> {
  const { owner } = established;
  if (!sender.isWanted()) return null;
  const whole = await weighAgainst(owner, kind, sound, slicing);
  if (!sender.isWanted()) return null;
  // Who is here writes no more once that was taken back. Nobody looks after who has left: what they sent waited here (G6).
  const end = connection.state === established ? null : findEndIn(owner, established.grant, standing);
  if (end !== null) return refuse(end, 'document');
  if (hasFallenBehind(owner, ahead)) return refuse(closeCodes.storageRefused);
  const hasNews = whole.spans.length > 0 || whole.deletes.clients.size > 0;
  const novelty = kind === 'update' ? unlessKnown(owner, whole) : hasNews ? whole : null;
  const objection = findObjection(established, kind, whole, novelty, answered, store, limits);
  if (objection !== null) return objection;
  if (novelty !== null && kind === 'update') noteAuthor(owner, connection.author, whole.spans);
  if (novelty !== null) owner.presence.noteEdit(connection);
  const content = novelty === null ? null : attribute(connection, owner, kind, novelty);
  const submission = submissionOf(connection, owner, kind, whole, content, readAtMs);
  // However little is new of a step 2: what nobody has looked into here may take long all the same (`integration-cost.ts`).
  owner.submit(novelty === null ? submission : { ...submission, large: novelty.update });
  return accepted;
}

/** Why who had this grant would not be let into the document any more; null while they would. */
export function findEndIn(
  { admittedLife: life, name }: DocumentOwner,
  grant: Grant,
  standing: Pick<Standing, 'findEnd'>,
): CloseCode | null {
  return standing.findEnd(grant, { name, life });
}

export function codeFor({ kind }: Exclude<Ruling, { kind: 'sound' | 'unwanted' }>): CloseCode {
  switch (kind) {
    case 'bad':
      return closeCodes.badUpdate;
    case 'too-complex':
    case 'beyond-budget':
      return closeCodes.updateTooComplex;
    case 'failed':
      return closeCodes.internalError;
    case 'crowded-out':
      return closeCodes.overloaded;
    case 'closed':
      return closeCodes.serviceRestart;
    default:
      return kind satisfies never;
  }
}

/**
 * What was on its way has not come: the disk refused it. The judgement took it for there, and what it says of missing parts
 * and of room is too little, so an update that waits for what never came would be counted by nobody (R3). Its sender has no
 * receipt and brings it again, behind what was refused.
 */
function hasFallenBehind(owner: DocumentOwner, ahead: ReadonlyMap<number, number>): boolean {
  for (const [client, clock] of ahead) if (owner.clockOf(client) < clock) return true;
  return false;
}

/** What a case will weigh, at the most, before anything is made for it. */
export function weighBeforehand({ ahead, document }: DocumentOwner, update: Uint8Array): number {
  return update.length + document.store.clients.size * BYTES_PER_CLIENT + ahead.size * BYTES_PER_ENTRY;
}

export function describeCase(
  { ahead, commented, document, tombstone }: DocumentOwner,
  kind: ContentFrame['kind'],
  update: Uint8Array,
  maxParts: number,
): Case {
  const holdings: Holdings = {
    stateVector: Y.encodeStateVector(document),
    ahead: new Map(ahead), // the case may have to wait, and is about this moment
    pending: kind === 'step-2' ? readPending(document).spans : [],
    tombstone,
  };
  const serverRoot = commented === null ? null : THREADS_MAP;
  return { kind, update: new Uint8Array(update), holdings, serverRoot, maxParts };
}

/** Takes off what the document has deleted already: a step 2 carries the deletions of a whole history (R5). */
export async function weighAgainst(
  owner: DocumentOwner,
  kind: ContentFrame['kind'],
  sound: SoundUpdate,
  slicing: Slicing,
): Promise<JudgedUpdate> {
  const { document } = owner;
  const { bytes, deletesAt } = sound;
  const sent = decodeDeletesAt(bytes, deletesAt);
  const deletes = kind === 'update' ? sent : await findNewDeletesInSlices(document, sent, slicing);
  return {
    update: kind === 'update' ? bytes : withDeletes(bytes, deletesAt, deletes),
    structs: { length: sound.structs },
    deletes,
    spans: unpackSpans(sound.spans),
    sound,
    reach: await reachThreadsInSlices(owner, sound, deletes, slicing),
    takesTooLong: await takesTooLongInSlices(document, sound, slicing),
  };
}

/**
 * What it was found to hang on stays where it is, and what the server writes meanwhile nobody knew when this was sent: so it
 * does no harm that the document goes on between two slices.
 */
async function reachThreadsInSlices(
  owner: DocumentOwner,
  { reach, spans }: SoundUpdate,
  deletes: DeleteSet,
  slicing: Slicing,
): Promise<ThreadReach> {
  if (reach === null) return 'none';
  const { isInRoot } = reach;
  const brought = endsOf(unpackSpans(spans));
  const named = unpackSpans(reach.named);
  const looks = [() => reachThreads(owner, { isInRoot, named: [] }, Y.createDeleteSet(), brought)];
  for (let from = 0; from < named.length; from += RANGES_PER_LOOK) {
    const part = named.slice(from, from + RANGES_PER_LOOK);
    looks.push(() => reachThreads(owner, { isInRoot, named: part }, Y.createDeleteSet(), brought));
  }
  for (const part of splitDeletes(deletes, RANGES_PER_LOOK)) {
    looks.push(() => reachThreads(owner, { isInRoot, named: [] }, part, brought));
  }
  let began = slicing.now();
  for (const look of looks) {
    const found = look();
    if (found !== 'none') return found;
    if (slicing.now() - began < SLICE_MS) continue;
    await slicing.nextTurn();
    began = slicing.now();
  }
  return 'none';
}

async function takesTooLongInSlices(document: Y.Doc, { contest }: SoundUpdate, slicing: Slicing): Promise<boolean> {
  const steps = new StepCount(contest, document);
  let began = slicing.now();
  while (!steps.isKnown) {
    steps.look();
    if (slicing.now() - began < SLICE_MS) continue;
    await slicing.nextTurn();
    began = slicing.now();
  }
  return steps.areTooMany;
}

async function findNewDeletesInSlices(document: Y.Doc, sent: DeleteSet, slicing: Slicing): Promise<DeleteSet> {
  const pending = readPending(document);
  const found = Y.createDeleteSet();
  let began = slicing.now();
  for (const part of splitDeletes(sent, RANGES_PER_LOOK)) {
    for (const [client, ranges] of findNewDeletes(document, part, pending).clients) {
      const before = found.clients.get(client);
      if (before === undefined) found.clients.set(client, ranges);
      else for (const range of ranges) before.push(range); // one of those sent may be a hundred thousand of these
    }
    if (slicing.now() - began < SLICE_MS) continue;
    await slicing.nextTurn();
    began = slicing.now();
  }
  return found;
}

function attribute(
  { author }: DocumentConnection,
  owner: DocumentOwner,
  kind: ContentFrame['kind'],
  { sound, update }: JudgedUpdate,
): { readonly author: string; readonly update: Uint8Array }[] {
  if (kind === 'update') return [{ author, update }];
  const layout = { parts: unpackSpans(sound.parts), deletesAt: sound.deletesAt };
  return splitParts(update, layout, author, (client) => owner.authors.get(client));
}
