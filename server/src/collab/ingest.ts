import type { AuthoredUpdate, DocumentStore } from '@quire/persistence';
import { type CloseCode, closeCodes, type SyncFrame } from '@quire/protocol';
import * as Y from 'yjs';
import { findCompanionFault } from './companion-rules.ts';
import type { ConnectionState, DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { weighNews } from './document-size.ts';
import { belongsToTheDead } from './former-lives.ts';
import { findNovelty, splitByAuthor } from './novelty.ts';
import type { PendingLimits } from './pending-edits.ts';
import { Refusal } from './refusal.ts';
import type { DraftedEdit } from './server-edit.ts';
import { hasMissingDependencies, type InspectedUpdate, inspectUpdate, UpdateError } from './update-inspection.ts';
import { hasMoreParts } from './update-parts.ts';

export interface IngestLimits extends PendingLimits {
  readonly maxDocumentBytes: number;
  /** Of one update: structs, values in them, ranges of deletions. */
  readonly maxUpdateParts: number;
  /** Of shared types inside each other. */
  readonly maxNestingDepth: number;
}

export type ContentFrame = Extract<SyncFrame, { kind: 'update' | 'step-2' }>;
type Established = Extract<ConnectionState, { kind: 'established' }>;

/** What becomes of a content frame. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** This connection may read, not write. It stays. */
  | { readonly kind: 'read-only' }
  | { readonly kind: 'refused'; readonly code: CloseCode; readonly scope: 'session' | 'document' };

const accepted: Verdict = { kind: 'accepted' };

/**
 * The door for the content that clients send: looks at a frame, and hands it to the document's owner or says why not.
 * Nothing is stored of what is refused, and no frame is dropped from a connection that stays writable (R4).
 */
export function ingest(
  connection: DocumentConnection,
  { owner, grant }: Established,
  frame: ContentFrame,
  store: Pick<DocumentStore, 'status'>,
  limits: IngestLimits,
  readAtMs: number | null,
): Verdict {
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
  const novelty = frame.kind === 'step-2' ? inspectNovelty(owner, inspected) : unlessKnown(owner, inspected);
  if (novelty !== null) {
    if (!grant.canWrite) return { kind: 'read-only' };
    const refusal = findRefusal(owner, inspected, novelty, store, limits);
    if (refusal !== null) return refusal;
    if (frame.kind === 'update') noteAuthor(owner, connection.author, inspected);
  } else if (!grant.canWrite && frame.kind === 'update') {
    return { kind: 'read-only' };
  }
  owner.submit({
    connection,
    handshake: connection.ledger.handshake,
    kind: frame.kind,
    content: novelty === null ? null : attribute(connection, owner, frame.kind, novelty),
    frame: frame.kind === 'update' ? inspected.update : null,
    owed: frame.kind === 'step-2' || connection.ledger.owes(inspected.spans),
    title: null,
    applied: false,
    readAtMs,
  });
  return accepted;
}

/**
 * An edit of the server's own; resolves once it is durable, and rejects with what kept it from the disk.
 *
 * @throws {Refusal} when it would make the document too large, as an edit of a client is refused
 */
export async function ingestServerEdit(
  owner: DocumentOwner,
  author: string,
  { update, title }: DraftedEdit,
  limits: Pick<IngestLimits, 'maxDocumentBytes'>,
): Promise<void> {
  const inspected = inspectUpdate(update);
  const news = weighNews(inspected, (client) => owner.clockOf(client));
  if (!fits(owner, news, inspected.deletes, limits)) throw new Refusal(closeCodes.documentTooLarge);
  for (const { client, end } of inspected.spans) owner.noteAhead(client, end);
  owner.size.note(news);
  await new Promise<void>((resolve, reject) => {
    owner.submit({
      connection: null,
      handshake: 0,
      kind: 'update',
      content: [{ author, update }],
      frame: null,
      owed: false,
      title,
      applied: false,
      readAtMs: null,
      settled: { resolve, reject },
    });
  });
}

/** What a step 2 adds; null when the document has it all. */
function inspectNovelty(owner: DocumentOwner, inspected: InspectedUpdate): InspectedUpdate | null {
  const novelty = findNovelty(owner.document, inspected);
  return novelty === null ? null : inspectUpdate(novelty);
}

/** An update is typed on top of what its sender had: it is known as a whole, after a resend, or not at all. */
function unlessKnown(owner: DocumentOwner, inspected: InspectedUpdate): InspectedUpdate | null {
  const isKnown =
    inspected.deletes.clients.size === 0 &&
    inspected.spans.every((span) => span.end <= Y.getState(owner.document.store, span.client));
  return isKnown ? null : inspected;
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
function noteAuthor(owner: DocumentOwner, author: string, { spans }: InspectedUpdate): void {
  if (author === '') return;
  for (const { client } of spans) if (!owner.authors.has(client)) owner.authors.set(client, author);
}

function findRefusal(
  owner: DocumentOwner,
  inspected: InspectedUpdate,
  novelty: InspectedUpdate,
  store: Pick<DocumentStore, 'status'>,
  limits: IngestLimits,
): Verdict | null {
  if (store.status.state === 'refusing') return refuse(closeCodes.storageRefused);
  if (belongsToTheDead(inspected, owner.tombstone)) return refuse(closeCodes.staleEpoch, 'document');
  if (novelty.spans.some(({ client }) => client === owner.serverClient.id)) return refuse(closeCodes.badUpdate);
  const { commented } = owner;
  const fault = commented === null ? null : findCompanionFault(owner, commented, novelty);
  if (fault !== null) return refuse(fault, 'document');
  if (!owner.hasRoomFor(novelty.update.length)) return refuse(closeCodes.overloaded);
  const news = weighNews(novelty, (client) => owner.clockOf(client));
  if (!fits(owner, news, novelty.deletes, limits)) return refuse(closeCodes.documentTooLarge, 'document');
  if (!owner.typeDepths.admits(novelty, limits.maxNestingDepth)) return refuse(closeCodes.updateTooComplex);
  if (hasMissingDependencies(novelty, (client) => owner.clockOf(client))) {
    if (!owner.pending.hasRoomFor(novelty, limits)) return refuse(closeCodes.tooMuchPending);
    owner.pending.note(novelty);
  } else {
    for (const span of novelty.spans) owner.noteAhead(span.client, span.end);
  }
  owner.size.note(news);
  return null;
}

function refuse(code: CloseCode, scope: 'session' | 'document' = 'session'): Verdict {
  return { kind: 'refused', code, scope };
}

/** Whether there is room for what an update brings, or it takes away as much. */
function fits(
  owner: DocumentOwner,
  news: number,
  deletes: InspectedUpdate['deletes'],
  { maxDocumentBytes }: Pick<IngestLimits, 'maxDocumentBytes'>,
): boolean {
  return news === 0 || owner.hasRoomToGrow(news, maxDocumentBytes) || owner.size.isOutweighed(news, deletes);
}
