import type { AuthoredUpdate, DocumentStore } from '@quire/persistence';
import { type CloseCode, closeCodes, type SyncFrame } from '@quire/protocol';
import * as Y from 'yjs';
import { findCompanionFault } from './companion-rules.ts';
import type { Storing } from './confirmation.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { type News, weighNews } from './document-size.ts';
import { belongsToTheDead } from './former-lives.ts';
import { countSteps } from './integration-cost.ts';
import { isLarge } from './large-update.ts';
import { findNovelty } from './novelty.ts';
import type { PendingLimits, Weighable } from './pending-edits.ts';
import { Refusal } from './refusal.ts';
import type { Established } from './session-context.ts';
import { splitByAuthor } from './split-by-author.ts';
import type { Submission } from './submission.ts';
import { hasMissingDependencies, type InspectedUpdate, inspectUpdate, UpdateError } from './update-inspection.ts';
import { hasMoreParts } from './update-parts.ts';

export interface IngestLimits extends PendingLimits {
  readonly maxDocumentBytes: number;
  /** Yjs clients that a document remembers. */
  readonly maxClientIdsPerDocument: number;
  /** Of one update: structs, values in them, ranges of deletions. */
  readonly maxUpdateParts: number;
  /** Of shared types inside each other. */
  readonly maxNestingDepth: number;
}

export type ContentFrame = Extract<SyncFrame, { kind: 'update' | 'step-2' }>;

/** What becomes of a content frame. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** This connection may read, not write. It stays. */
  | { readonly kind: 'read-only' }
  | { readonly kind: 'refused'; readonly code: CloseCode; readonly scope: 'session' | 'document' };

export const accepted: Verdict = { kind: 'accepted' };
export const readOnly: Verdict = { kind: 'read-only' };

/** What has to be known of an update, whoever looked into it. */
export type Candidate = Weighable;

/** The questions that only all of an update can answer: asked of it here, or answered by a thread beforehand. */
export interface Questions<C extends Candidate> {
  belongsToTheDead(update: C, tombstone: ReadonlyMap<number, number>): boolean;
  /** What a client may not put into these comments; null when all is well. */
  findCompanionFault(update: C, comments: DocumentOwner, commented: DocumentOwner): CloseCode | null;
  weighNews(update: C, clockOf: (client: number) => number): News;
  hasMissingDependencies(update: C, clockOf: (client: number) => number): boolean;
  /** Whether to bring it into its document would take longer than anything may. */
  takesTooLong(update: C, document: Y.Doc): boolean;
  /** Whether its types lie within the limit; if so, they are on their way. */
  admitTypes(update: C, owner: DocumentOwner, limit: number, clockOf: (client: number) => number): boolean;
}

const askedHere: Omit<Questions<InspectedUpdate>, 'takesTooLong'> = {
  belongsToTheDead,
  findCompanionFault: (update, comments, commented) => findCompanionFault(comments, commented, update),
  weighNews,
  hasMissingDependencies,
  admitTypes: (update, { typeDepths }, limit, clockOf) => typeDepths.admits(update, limit, clockOf),
};

/** Of what is over at once, as every keystroke is. */
const askedOfQuick: Questions<InspectedUpdate> = { ...askedHere, takesTooLong: () => false };
/** Of what has been counted, and takes more than anything may. */
const askedOfTooSlow: Questions<InspectedUpdate> = { ...askedHere, takesTooLong: () => true };

/**
 * The door for the content that clients send: looks at a frame, and hands it to the document's owner or says why not.
 * Nothing is stored of what is refused, and no frame is dropped from a connection that stays writable (R4).
 *
 * @returns 'later' where it would take too long to find out what it costs: it is to be taken in as what is large is
 */
export function ingest(
  connection: DocumentConnection,
  established: Established,
  frame: ContentFrame,
  store: Pick<DocumentStore, 'status'>,
  limits: IngestLimits,
  readAtMs: number | null,
): Verdict | 'later' {
  if (hasMoreParts(frame.update, limits.maxUpdateParts)) return refuse(closeCodes.updateTooComplex);
  let inspected: InspectedUpdate;
  try {
    // A copy of its own: the frame is a view into the socket's buffer, which it would keep alive, and beyond which a
    // length inside the update could read.
    inspected = inspectUpdate(new Uint8Array(frame.update));
  } catch (error) {
    if (!(error instanceof UpdateError)) throw error;
    return refuse(closeCodes.badUpdate);
  }
  const { owner } = established;
  const novelty = frame.kind === 'step-2' ? inspectNovelty(owner, inspected) : unlessKnown(owner, inspected);
  const steps = novelty === null || !established.grant.canWrite ? null : countSteps(novelty.structs, owner.document);
  if (steps !== null && !steps.isKnown) return 'later';
  const questions = steps?.areTooMany === true ? askedOfTooSlow : askedOfQuick;
  const objection = findObjection(established, frame.kind, inspected, novelty, questions, store, limits);
  if (objection !== null) return objection;
  if (novelty !== null && frame.kind === 'update') noteAuthor(owner, connection.author, inspected.spans);
  if (novelty !== null) owner.presence.noteEdit(connection);
  const content = novelty === null ? null : attribute(connection, owner, frame.kind, novelty);
  const submission = submissionOf(connection, owner, frame.kind, inspected, content, readAtMs);
  owner.submit(novelty !== null && steps !== null ? { ...submission, large: novelty.update } : submission);
  return accepted;
}

/** An edit that was written down and not made. */
export interface DraftedEdit {
  readonly update: Uint8Array;
  /** The document's title once it is made. */
  readonly title: string;
}

/**
 * An edit of the server's own; resolves once it would have its receipt (G1), and rejects with what kept it from that.
 *
 * @throws {Refusal} when it would make the document too large, as an edit of a client is refused; or when everybody was put
 * out of it since it was opened
 */
export async function ingestServerEdit(
  owner: DocumentOwner,
  author: string,
  { update, title }: DraftedEdit,
  limits: Pick<IngestLimits, 'maxDocumentBytes'>,
  storing: Storing = {},
): Promise<void> {
  const inspected = inspectUpdate(update);
  const news = weighNews(inspected, (client) => owner.clockOf(client));
  if (!fits(owner, news, inspected.deletes, limits)) throw new Refusal(closeCodes.documentTooLarge);
  for (const { client, end } of inspected.spans) owner.noteAhead(client, end);
  owner.size.note(news.living + news.dead);
  const slowly = isLarge(update) ? { large: update } : {};
  await owner.write({ content: [{ author, update }], title, ...slowly }, storing);
}

/** What a step 2 adds; null when the document has it all. */
function inspectNovelty(owner: DocumentOwner, inspected: InspectedUpdate): InspectedUpdate | null {
  const novelty = findNovelty(owner.document, inspected);
  return novelty === null ? null : inspectUpdate(novelty);
}

/** An update is typed on top of what its sender had: it is known as a whole, after a resend, or not at all. */
export function unlessKnown<C extends Candidate>(owner: DocumentOwner, update: C): C | null {
  const isKnown =
    update.deletes.clients.size === 0 &&
    update.spans.every((span) => span.end <= Y.getState(owner.document.store, span.client));
  return isKnown ? null : update;
}

function attribute(
  connection: DocumentConnection,
  owner: DocumentOwner,
  kind: ContentFrame['kind'],
  novelty: InspectedUpdate,
): AuthoredUpdate[] {
  if (kind === 'update') return [{ author: connection.author, update: novelty.update }];
  return splitByAuthor(novelty.update, novelty, connection.author, (client) => owner.authors.get(client));
}

/** Who types as which Yjs client: so that a step 2 that carries somebody else's edits can be told apart (R5). */
export function noteAuthor(
  owner: DocumentOwner,
  author: string,
  writers: readonly { readonly client: number }[],
): void {
  if (author === '') return;
  for (const { client } of writers) if (!owner.authors.has(client)) owner.authors.set(client, author);
}

/** A frame on its way. @param content what of it is to be journalled; null when it adds nothing */
export function submissionOf(
  connection: DocumentConnection,
  { document }: DocumentOwner,
  kind: ContentFrame['kind'],
  { update, spans }: Pick<Candidate, 'update' | 'spans'>,
  content: readonly AuthoredUpdate[] | null,
  readAtMs: number | null,
): Submission {
  return {
    connection,
    handshake: connection.ledger.handshake,
    kind,
    content,
    frame: kind === 'update' ? update : null,
    owed: connection.ledger.take(kind, spans, (client) => Y.getState(document.store, client)),
    title: null,
    applied: false,
    stored: false,
    readAtMs,
  };
}

/** Why what a connection sends can't be taken in; null when it can, and then it is on its way. */
export function findObjection<C extends Candidate>(
  { owner, grant }: Established,
  kind: ContentFrame['kind'],
  whole: C,
  novelty: C | null,
  questions: Questions<C>,
  store: Pick<DocumentStore, 'status'>,
  limits: IngestLimits,
): Verdict | null {
  if (novelty === null) return !grant.canWrite && kind === 'update' ? readOnly : null;
  if (!grant.canWrite) return readOnly;
  if (store.status.state === 'refusing') return refuse(closeCodes.storageRefused);
  if (questions.belongsToTheDead(whole, owner.tombstone)) return refuse(closeCodes.staleEpoch, 'document');
  if (novelty.spans.some(({ client }) => client === owner.serverClient.id)) return refuse(closeCodes.badUpdate);
  const { commented } = owner;
  const fault = commented === null ? null : questions.findCompanionFault(novelty, owner, commented);
  if (fault !== null) return refuseComments(owner, kind, fault);
  if (!owner.hasRoomFor(novelty.update.length)) return refuse(closeCodes.overloaded);
  const clockOf = (client: number): number => owner.clockOf(client);
  const news = questions.weighNews(novelty, clockOf);
  if (!fits(owner, news, novelty.deletes, limits)) return refuse(closeCodes.documentTooLarge, 'document');
  if (!hasRoomForNewcomers(owner, novelty, limits)) return refuse(closeCodes.documentTooLarge, 'document');
  const isMissingSomething = questions.hasMissingDependencies(novelty, clockOf);
  if (isMissingSomething && !owner.pending.hasRoomFor(novelty, limits)) return refuse(closeCodes.tooMuchPending);
  if (questions.takesTooLong(novelty, owner.document)) return refuse(closeCodes.updateTooComplex);
  // The last to be asked: what passes here is taken to be on its way.
  if (!questions.admitTypes(novelty, owner, limits.maxNestingDepth, clockOf))
    return refuse(closeCodes.updateTooComplex);
  if (isMissingSomething) owner.pending.note(novelty);
  else for (const span of novelty.spans) owner.noteAhead(span.client, span.end);
  owner.size.note(news.living + news.dead);
  return null;
}

export function refuse(code: CloseCode, scope: 'session' | 'document' = 'session'): Verdict {
  return { kind: 'refused', code, scope };
}

/**
 * What somebody brings back from another node holds what was let in there, threads and a document among it, which may have yet
 * to come here: they are to try again. Whoever makes it up does so in vain.
 */
function refuseComments({ hasPeers }: DocumentOwner, kind: ContentFrame['kind'], fault: CloseCode): Verdict {
  const mayLag = fault === closeCodes.loadFailed || (hasPeers && kind === 'step-2');
  return mayLag ? refuse(closeCodes.loadFailed) : refuse(fault, 'document');
}

/** Whether the document has room for the Yjs clients of whom this is the first: it remembers each for good. */
function hasRoomForNewcomers(
  owner: DocumentOwner,
  { spans }: Candidate,
  { maxClientIdsPerDocument, maxUpdateParts }: IngestLimits,
): boolean {
  const newcomers = new Set<number>();
  for (const { client } of spans) if (owner.clockOf(client) === 0) newcomers.add(client);
  // A state vector with more than it may have parts would lock everybody out.
  const limit = Math.min(maxClientIdsPerDocument, maxUpdateParts);
  return newcomers.size === 0 || owner.countClientIds() + newcomers.size <= limit;
}

/**
 * Of the limit, beyond it: what an undone change leaves behind takes little room, and comes in where the change itself was
 * refused, or its sender could never go on.
 */
const MARGIN_FOR_THE_DEAD = 1 / 16;

/** Whether there is room for what an update brings, or it takes away as much. */
function fits(
  owner: DocumentOwner,
  { living, dead }: News,
  deletes: InspectedUpdate['deletes'],
  { maxDocumentBytes }: Pick<IngestLimits, 'maxDocumentBytes'>,
): boolean {
  const news = living + dead;
  if (news === 0) return true;
  const limit = living > 0 ? maxDocumentBytes : maxDocumentBytes * (1 + MARGIN_FOR_THE_DEAD);
  return owner.hasRoomToGrow(news, limit) || owner.size.isOutweighed(news, deletes);
}
