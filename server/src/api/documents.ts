import type { DocumentStat, DocumentStore, ListQuery } from '@quire/persistence';
import {
  COMMENTS_PREFIX,
  type DocumentInfo,
  type DocumentList,
  type DocumentName,
  describeNameFault,
  isDocumentName,
  parseDocumentAddress,
} from '@quire/protocol';
import type * as Y from 'yjs';
import type { DocumentBin } from '../bin/document-bin.ts';
import { acrossDeletion } from '../collab/across-deletion.ts';
import type { Storing } from '../collab/confirmation.ts';
import { NOT_KNOWN_HERE } from '../collab/not-here-yet.ts';
import { ApiError } from '../problems.ts';
import { createTurns, type TakeTurn } from '../turns.ts';
import { randomDocumentName } from './random-document-name.ts';

/** How documents are changed from inside the server: through the one door that edits of clients take too. */
export interface DocumentEditor {
  /** Resolves once the change is durable. The first edit of a name creates the document. */
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void, storing?: Storing): Promise<void>;
  /** Closes its connections and moves its epoch. */
  delete(name: DocumentName, storing?: Storing): Promise<void>;
}

/**
 * The documents of this server, as a program that embeds it and the HTTP API see them. What changes one rejects with
 * {Unconfirmed} when it is done and other nodes let its confirmation wait for too long (G1).
 */
export interface Documents {
  /** A page may hold fewer than were asked for. */
  list(query?: ListQuery): Promise<DocumentList>;
  /** @throws {ApiError} `unknown-document`, `document-in-bin` */
  get(name: DocumentName): Promise<DocumentInfo>;
  /** The same, also of one that lies in the bin. @throws {ApiError} `unknown-document` */
  getAnyway(name: DocumentName): Promise<DocumentInfo>;
  /** Under a random name, unless it gets one. @throws {ApiError} `document-exists` */
  create(draft?: {
    readonly name?: DocumentName | undefined;
    readonly title?: string | undefined;
    /** Who does it; left out, nobody is known to. */
    readonly author?: string | undefined;
  }): Promise<DocumentInfo>;
  /** @throws {ApiError} `unknown-document` */
  rename(name: DocumentName, title: string, author?: string): Promise<DocumentInfo>;
  /** @throws {ApiError} `unknown-document` */
  delete(name: DocumentName): Promise<void>;
  /** The same, of one that lies in the bin when its turn has come. @returns false when it doesn't */
  purge(name: DocumentName): Promise<boolean>;
  edit(name: DocumentName, author: string, change: (document: Y.Doc) => void): Promise<void>;
}

/** Nobody is known to make the edits that arrive over HTTP in open mode, nor those of a program that names no author. */
const NOBODY = '';

export function createDocuments(options: {
  readonly store: Pick<DocumentStore, 'list' | 'stat'>;
  readonly editor: DocumentEditor;
  /** What is listed and shown no more, though it is there. Left out: nothing. */
  readonly bin?: Pick<DocumentBin, 'holds'>;
  /** Left out: turns of its own. */
  readonly takeTurn?: TakeTurn;
  /** Whether a name of which nothing is stored here is known to be free, see `Replication`. Left out: it always is. */
  readonly knowsAllNames?: () => boolean;
}): Documents {
  const { bin, store, editor, takeTurn = createTurns(), knowsAllNames = () => true } = options;
  const isBinned = (stat: DocumentStat): boolean =>
    stat.state === 'live' && bin?.holds(stat.document as DocumentName, stat.epoch) === true;

  async function findAnyway(name: DocumentName): Promise<DocumentStat> {
    assertDocument(name);
    const stat = await store.stat(name);
    if (stat !== null && stat.state !== 'deleted') return stat;
    // R13: another node may have it.
    if (!knowsAllNames()) throw new ApiError('load-failed', NOT_KNOWN_HERE);
    throw new ApiError('unknown-document', `No document is called "${name}"`);
  }

  async function find(name: DocumentName): Promise<DocumentInfo> {
    const stat = await findAnyway(name);
    if (isBinned(stat)) throw new ApiError('document-in-bin', `"${name}" is in the bin`);
    return describe(stat);
  }

  /** Another node may delete it all the same. */
  function inTurn<T>(name: DocumentName, task: (onStored: () => void) => Promise<T>): Promise<T> {
    return takeTurn(name, (onStored) => acrossDeletion(() => task(onStored)));
  }

  async function setTitle(
    { name, title, author }: { readonly name: DocumentName; readonly title: string; readonly author: string },
    storing: Storing,
  ): Promise<DocumentInfo> {
    await editor.edit(name, author, (document) => document.getMap('meta').set('title', title), storing);
    // The index may be a moment behind the journal; what was just made durable is known better here.
    return { ...(await find(name)), title };
  }

  return {
    async list(query = {}) {
      const page = await store.list({ ...query, except: COMMENTS_PREFIX });
      // What the server keeps under names of its own is nobody's document.
      const named = page.documents.filter((stat) => isDocumentName(stat.document) && !isBinned(stat));
      return { documents: named.map(describe), next: page.next };
    },
    get: find,
    getAnyway: async (name) => describe(await findAnyway(name)),
    create: ({ name = randomDocumentName(), title = '', author = NOBODY } = {}) =>
      // Two requests for one name: the second one looks after the first one's edit is on disk.
      inTurn(name, async (onStored) => {
        assertDocument(name);
        const stat = await store.stat(name);
        if (stat !== null && stat.state !== 'deleted') {
          throw new ApiError('document-exists', `A document is called "${name}" already`);
        }
        return setTitle({ name, title, author }, { onStored });
      }),
    rename: (name, title, author = NOBODY) =>
      inTurn(name, async (onStored) => {
        await find(name);
        return setTitle({ name, title, author }, { onStored });
      }),
    delete: (name) =>
      takeTurn(name, async (onStored) => {
        await findAnyway(name);
        await editor.delete(name, { onStored });
      }),
    purge: (name) =>
      takeTurn(name, async (onStored) => {
        const stat = await store.stat(name);
        if (stat === null || !isBinned(stat)) return false;
        await editor.delete(name, { onStored });
        return true;
      }),
    edit: (name, author, change) => editor.edit(name, author, change),
  };
}

/** Comments come and go with their document. @throws {ApiError} */
function assertDocument(name: DocumentName): void {
  if (parseDocumentAddress(name).kind === 'document') return;
  throw new ApiError('bad-document-name', describeNameFault('reserved'));
}

function describe(stat: DocumentStat): DocumentInfo {
  if (stat.state === 'damaged') {
    const unknown = new Date(0).toISOString();
    return { name: stat.document, title: '', created: unknown, edited: unknown, size: 0, damaged: true };
  }
  return {
    name: stat.document,
    title: stat.title,
    created: new Date(stat.created).toISOString(),
    edited: new Date(stat.edited).toISOString(),
    size: stat.journalBytes + stat.snapshotBytes + stat.historyBytes,
    damaged: false,
  };
}
