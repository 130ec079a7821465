import { type CloseCode, closeCodes, THREADS_MAP } from '@quire/protocol';
import * as Y from 'yjs';
import { type InspectedUpdate, referencesOf } from './update-inspection.ts';

type News = Pick<InspectedUpdate, 'structs' | 'deletes'>;

/** Comments as they are in memory. */
interface Companion {
  readonly document: Y.Doc;
  readonly serverClient: { readonly id: number };
}

/** What a client may not put into the comments on a document, whatever its role; null when all is well. */
export function findCompanionFault(
  companion: Companion,
  commented: { readonly isStored: boolean },
  news: News,
): CloseCode | null {
  if (!commented.isStored) return closeCodes.noSuchDocument;
  return touchesThreads(companion, news) ? closeCodes.writtenByServer : null;
}

/**
 * Whether an update adds to, changes or takes from what the server says of who commented what. Threads are in no document
 * before they are in this one, so what is on its way, or waits for something missing, builds on other clients' edits: all
 * but what claims to know what the server will write next.
 */
function touchesThreads({ document, serverClient }: Companion, { structs, deletes }: News): boolean {
  const isMade = structs.some((struct) => struct instanceof Y.Item && (struct.parent as unknown) === THREADS_MAP);
  if (isMade) return true;
  const threads = new Within(document, document.share.get(THREADS_MAP));
  const written = Y.getState(document.store, serverClient.id);
  const isReached = (client: number, from: number, to: number): boolean =>
    (client === serverClient.id && to > written) || threads.hasAny(client, from, to);
  for (const struct of structs) {
    for (const { client, clock } of referencesOf(struct)) {
      if (isReached(client, clock, clock + 1) || threads.has(client, clock)) return true;
    }
  }
  for (const [client, ranges] of deletes.clients) {
    if (ranges.some(({ clock, len }) => isReached(client, clock, clock + len))) return true;
  }
  return false;
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
  has(client: number, clock: number): boolean {
    return this.#structsOf(client, clock, clock + 1).some((struct) => this.#isInside(struct));
  }

  /** What is deleted already is not taken away once more. */
  hasAny(client: number, from: number, to: number): boolean {
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
