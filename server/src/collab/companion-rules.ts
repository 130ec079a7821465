import { type CloseCode, closeCodes, THREADS_MAP } from '@quire/protocol';
import * as Y from 'yjs';
import type { InspectedUpdate, StructSpan } from './update-inspection.ts';
import { findReach, type UpdateReach } from './update-reach.ts';

type News = Pick<InspectedUpdate, 'structs' | 'deletes' | 'spans'>;

/** Comments as they are in memory. */
export interface Companion {
  readonly document: Y.Doc;
  readonly serverClient: { readonly id: number };
  /** Other nodes write threads too, and what they wrote is not all here yet. */
  readonly hasPeers: boolean;
  /** How far a client's structs are known, counting what is still on its way to the disk. */
  clockOf(client: number): number;
}

/** What of an update is about what the server alone writes. */
export type ThreadReach =
  | 'none'
  | 'threads'
  /** It builds on what is not here, and which may be what another node wrote. */
  | 'unknown';

/** What a client may not put into the comments on a document, whatever its role; null when all is well. */
export function findCompanionFault(
  companion: Companion,
  commented: { readonly isStored: boolean },
  { structs, deletes, spans }: News,
): CloseCode | null {
  return faultOf(commented, () => reachThreads(companion, findReach(structs, THREADS_MAP), deletes, endsOf(spans)));
}

export function faultOf(commented: { readonly isStored: boolean }, look: () => ThreadReach): CloseCode | null {
  if (!commented.isStored) return closeCodes.noSuchDocument;
  const reach = look();
  switch (reach) {
    case 'none':
      return null;
    case 'threads':
      return closeCodes.writtenByServer;
    case 'unknown':
      return closeCodes.loadFailed;
    default:
      return reach satisfies never;
  }
}

/** How far an update itself brings each of its clients. */
export function endsOf(spans: readonly StructSpan[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (const { client, end } of spans) ends.set(client, Math.max(end, ends.get(client) ?? 0));
  return ends;
}

/**
 * Whether an update adds to, changes or takes from what the server says of who commented what. Threads are in no document
 * before they are in this one, so what is on its way, or waits for something missing, builds on other clients' edits: all
 * but what claims to know what the server will write next. Of a cluster that is not so: who has seen a thread on one node
 * could write into it on another that lacks it, so there nothing builds on what is missing.
 *
 * @param brought how far the update itself brings its clients
 */
export function reachThreads(
  companion: Companion,
  { isInRoot, named }: UpdateReach,
  deletes: News['deletes'],
  brought: ReadonlyMap<number, number>,
): ThreadReach {
  const { document, serverClient } = companion;
  if (isInRoot) return 'threads';
  const threads = new Within(document, document.share.get(THREADS_MAP));
  const written = Y.getState(document.store, serverClient.id);
  const isAhead = (client: number, to: number): boolean => client === serverClient.id && to > written;
  const isUnknown = (client: number, to: number): boolean =>
    companion.hasPeers && to > Math.max(companion.clockOf(client), brought.get(client) ?? 0);
  let reach: ThreadReach = 'none';
  for (const { client, start, end } of named) {
    if (isAhead(client, end) || threads.hasAny(client, start, end)) return 'threads';
    if (isUnknown(client, end)) reach = 'unknown';
  }
  for (const [client, ranges] of deletes.clients) {
    for (const { clock, len } of ranges) {
      if (isAhead(client, clock + len) || threads.takes(client, clock, clock + len)) return 'threads';
      if (isUnknown(client, clock + len)) reach = 'unknown';
    }
  }
  return reach;
}

/** What lies in a shared type, however deep; in none, nothing does. */
class Within {
  readonly #document: Y.Doc;
  readonly #root: unknown;
  /** Of types that were met: neighbours mostly have the same parent. */
  readonly #known = new Map<unknown, boolean>();

  constructor(document: Y.Doc, root: unknown) {
    this.#document = document;
    this.#root = root;
  }

  /** Also where it was deleted: what is written beside it is in there. */
  hasAny(client: number, from: number, to: number): boolean {
    return this.#structsOf(client, from, to).some((struct) => this.#isInside(struct));
  }

  /** What is deleted already is not taken away once more. */
  takes(client: number, from: number, to: number): boolean {
    return this.#structsOf(client, from, to).some((struct) => !struct.deleted && this.#isInside(struct));
  }

  #structsOf(client: number, from: number, to: number): readonly (Y.Item | Y.GC)[] {
    const { store } = this.#document;
    const end = Math.min(to, Y.getState(store, client));
    if (from >= end) return [];
    const structs = store.clients.get(client) ?? [];
    return structs.slice(Y.findIndexSS(structs, from), Y.findIndexSS(structs, end - 1) + 1);
  }

  #isInside(struct: Y.Item | Y.GC): boolean {
    if (!(struct instanceof Y.Item)) return false;
    const { parent } = struct;
    if (parent === this.#root) return true;
    if (!(parent instanceof Y.AbstractType) || parent._item === null) return false;
    const known = this.#known.get(parent);
    if (known !== undefined) return known;
    const isInside = this.#isInside(parent._item);
    this.#known.set(parent, isInside);
    return isInside;
  }
}
