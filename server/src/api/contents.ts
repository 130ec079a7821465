import {
  type DocumentInfo,
  type DocumentName,
  MAX_UPDATE_BYTES,
  MAX_WAITING_CALLS,
  type PresenceList,
} from '@quire/protocol';
import type { Node } from 'prosemirror-model';
import * as Y from 'yjs';
import { type Elsewhere, nowhereElse } from '../cluster/elsewhere.ts';
import { acrossDeletion, lookAcrossDeletion } from '../collab/across-deletion.ts';
import { applyInSlices, createSlicing, type Slicing } from '../collab/apply-in-slices.ts';
import type { Storing } from '../collab/confirmation.ts';
import { readTitle } from '../collab/document-title.ts';
import type { Bringer, Brought } from '../collab/ingest-brought.ts';
import { unmarkAll } from '../comments/anchor-marks.ts';
import { ContentError, type ContentNode } from '../content/content-node.ts';
import { readFragment } from '../content/read-fragment.ts';
import { replaceFragment } from '../content/write-fragment.ts';
import { ApiError } from '../problems.ts';
import { Seats } from '../seats.ts';
import type { TakeTurn } from '../turns.ts';
import type { Documents } from './documents.ts';
import { type GatheredSessions, gatherPeople, type PeopleHere } from './gather-people.ts';
import { randomDocumentName } from './random-document-name.ts';

/** Where the app has the text of a document, and its title. */
const CONTENT_ROOT = 'default';
const META_MAP = 'meta';
const TITLE_KEY = 'title';

/** What is in documents, and who is; see `Collaboration`. */
export interface LiveDocuments extends PeopleHere {
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void, storing?: Storing): Promise<void>;
  read<T>(name: DocumentName, look: (document: Y.Doc) => T): Promise<T>;
  bring(name: DocumentName, bringer: Bringer, brought: Brought, storing?: Storing): Promise<void>;
}

/** What is in a document, as the HTTP API gives it out and takes it in, and who has it open. */
export interface Contents {
  /** @throws {ApiError} `unknown-document`, {ContentError} */
  read(name: DocumentName): Promise<ContentNode>;
  /** Resolves once it would have its receipt (G1). @throws {ApiError} `unknown-document`, {ContentError} */
  replace(name: DocumentName, content: Node, author: string): Promise<void>;
  /** @param since the state vector of what is known already */
  readUpdate(name: DocumentName, since: Uint8Array | undefined): Promise<Uint8Array>;
  /** Resolves once it would have its receipt (G1). */
  writeUpdate(name: DocumentName, bringer: Bringer, update: Uint8Array): Promise<void>;
  /**
   * A document of its own with what another one holds, without the comments on it. It is there whole, or not at all.
   *
   * @param bringer who it is for, with what they may do in the new document
   * @throws {ApiError} `unknown-document`, `document-exists`; {ContentError} `content-too-large`
   */
  copy(
    source: DocumentName,
    target: { readonly name: DocumentName; readonly title?: string | undefined },
    bringer: Bringer,
  ): Promise<DocumentInfo>;
  people(name: DocumentName): Promise<PresenceList>;
  sessions(name: DocumentName): Promise<GatheredSessions>;
  /** @throws {ApiError} `unknown-session`, `node-unanswered` */
  endSession(name: DocumentName, id: string): Promise<void>;
}

export function createContents(options: {
  readonly documents: Pick<Documents, 'get' | 'getAnyway'>;
  readonly live: LiveDocuments;
  /** The same that creations and deletions of documents take. */
  readonly takeTurn: TakeTurn;
  /** Left out: there are no other nodes. */
  readonly elsewhere?: Elsewhere;
  /** Left out: all are. */
  readonly maxListedPeople?: number;
  /** Left out: by the system's clock, without an eye on the disk. */
  readonly slicing?: Slicing;
}): Contents {
  const { documents, elsewhere = nowhereElse, live, maxListedPeople = Number.POSITIVE_INFINITY, takeTurn } = options;
  const { slicing = createSlicing(() => false) } = options;
  const people = gatherPeople(live, elsewhere, maxListedPeople);
  /** Copies of a document too: each takes one. */
  const waiting = new Seats(MAX_WAITING_CALLS);
  /** Of whom the other nodes are asked. */
  const asking = new Seats(MAX_WAITING_CALLS);

  /** Nothing that is asked of a document creates it. */
  function look<T>(name: DocumentName, see: (document: Y.Doc) => T): Promise<T> {
    return lookAcrossDeletion(
      () => documents.get(name),
      () => live.read(name, see),
    );
  }

  async function seated<T>(name: DocumentName, task: () => Promise<T>, seats = waiting): Promise<T> {
    if (!seats.take(name)) throw new ApiError('overloaded', 'Too much is being done with this document; try again');
    try {
      return await task();
    } finally {
      seats.giveBack(name);
    }
  }

  /** One after the other on each document, with deletions and renames of it; and no more of them than can wait. */
  function inTurn<T>(name: DocumentName, task: (onStored: () => void) => Promise<T>): Promise<T> {
    return seated(name, () => takeTurn(name, (onStored) => acrossDeletion(() => task(onStored))));
  }

  return {
    read: (name) => look(name, (document) => readFragment(document, CONTENT_ROOT)),
    replace: (name, content, author) =>
      inTurn(name, async (onStored) => {
        await documents.get(name);
        await live.edit(name, author, (document) => replaceFragment(document, CONTENT_ROOT, content), { onStored });
      }),
    readUpdate: (name, since) => look(name, (document) => Y.encodeStateAsUpdate(document, since)),
    writeUpdate: (name, bringer, update) =>
      inTurn(name, async (onStored) => {
        await documents.get(name);
        await live.bring(name, bringer, { update }, { onStored });
      }),
    copy: (source, { name, title }, bringer) =>
      // Before it is encoded: copies under many names, each with a turn of its own, are all in memory.
      seated(source, async () => {
        const state = await look(source, (document) => Y.encodeStateAsUpdate(document));
        const draft = await draftCopy(state, title, slicing);
        return inTurn(name, async (onStored) => {
          await assertFree(documents, name);
          await live.bring(name, bringer, draft, { onStored });
          return documents.get(name);
        });
      }),
    async people(name) {
      await documents.get(name);
      return seated(name, () => people.list(name), asking);
    },
    async sessions(name) {
      await documents.get(name);
      return seated(name, () => people.sessions(name), asking);
    },
    endSession: (name, id) => seated(name, () => people.end(name, id), asking),
  };
}

async function assertFree(documents: Pick<Documents, 'getAnyway'>, name: DocumentName): Promise<void> {
  try {
    await documents.getAnyway(name);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unknown-document') return;
    throw error;
  }
  throw new ApiError('document-exists', `A document is called "${name}" already`);
}

/** One update with all of it: what goes in at once goes in whole. */
async function draftCopy(state: Uint8Array, title: string | undefined, slicing: Slicing): Promise<Required<Brought>> {
  if (state.length > MAX_UPDATE_BYTES) {
    throw new ContentError('content-too-large', `Documents of more than ${MAX_UPDATE_BYTES} bytes are not copied`);
  }
  const copy = new Y.Doc();
  try {
    if (state.length < slicing.minBytes) Y.applyUpdate(copy, state);
    else await applyInSlices(copy, state, slicing);
    // What waits for edits that never came would wait in the copy too, and they come to the original alone.
    copy.store.pendingStructs = null;
    copy.store.pendingDs = null;
    const titled = title ?? readTitle(copy);
    copy.transact(() => {
      unmarkAll(copy);
      // Set anew also where it stays: a copy of what is empty is a document all the same.
      copy.getMap(META_MAP).set(TITLE_KEY, titled);
    });
    return { update: Y.encodeStateAsUpdate(copy), title: titled };
  } finally {
    copy.destroy();
  }
}

/** Under a name that nobody guesses, unless it gets one. */
export function nameOfCopy(name: DocumentName | undefined): DocumentName {
  return name ?? randomDocumentName();
}
