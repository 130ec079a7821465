import { compareEpochs, type DocumentStore, type Epoch } from '@quire/persistence';
import { type CloseCode, closeCodes, type DocumentName, parseDocumentAddress } from '@quire/protocol';
import { z } from 'zod';
import { type Actor, OURSELVES } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import { untilStored } from '../collab/confirmation.ts';
import { NOT_KNOWN_HERE } from '../collab/not-here-yet.ts';
import type { Logger } from '../observability/log.ts';
import { ApiError } from '../problems.ts';
import { randomRecordId } from '../registry/random-record-id.ts';
import type { Registry, RegistryDraft } from '../registry/registry.ts';
import { createTurns, type TakeTurn } from '../turns.ts';

/** A document in the bin, as it is kept. */
const binRecordSchema = z.object({
  document: z.string(),
  /** Its life: the next one under the same name is not in the bin (R14). */
  epoch: z.object({ count: z.int(), id: z.string() }),
  /** Milliseconds since 1970. */
  binned: z.number(),
  binnedBy: z.string(),
});
type BinRecord = z.infer<typeof binRecordSchema>;

export interface BinLimits {
  readonly days: number;
  readonly maxDocuments: number;
}

/** What lies in the bin. Times are milliseconds since 1970. */
export interface Binned {
  readonly document: DocumentName;
  readonly binned: number;
  /** Empty where nobody is known. */
  readonly binnedBy: string;
  /** When it is purged by itself. */
  readonly purged: number;
}

/**
 * Documents that are there and that nobody can open. It is a mark in the registry, which all nodes have, and no more: their
 * life goes on, whole and on every disk, so that a document that is taken out again is what it was to everybody who has a copy,
 * offline edits included (R14). Only a purge ends the life, and it is the same as a delete.
 */
export interface DocumentBin {
  /** Resolves once it is on disk, and nobody enters any more; who is in goes within seconds. What is in it already stays. */
  put(document: DocumentName, by?: Actor): Promise<void>;
  /** Resolves once it can be opened again. @throws {ApiError} `not-in-bin` */
  restore(document: DocumentName, by?: Actor): Promise<void>;
  /** Whether this life of a document lies in it. Comments lie where their document does. */
  holds(name: DocumentName, life: Epoch): boolean;
  /** The same for the life that it has now. */
  holdsNow(name: DocumentName): Promise<boolean>;
  /** Why nobody may be in a document; null while they may. */
  findEnd(name: DocumentName, life: Epoch): CloseCode | null;
  /** In no order. Some of it may have been deleted meanwhile on another node. */
  list(): readonly Binned[];
  /** Those whose days are over. */
  overdue(): readonly DocumentName[];
  /** Takes away the marks of lives that have ended. They mean nothing in any case, so it is done once it is stored here. */
  forgetLost(document: DocumentName): Promise<void>;
  /** Calls back when something was put in. */
  onPut(listener: () => void): () => void;
}

const DAY_MS = 86_400_000;

export function createDocumentBin(options: {
  /** Not opened yet: its table is declared here. */
  readonly registry: Registry;
  readonly store: Pick<DocumentStore, 'stat'>;
  readonly clock: Clock;
  readonly audit: Logger;
  readonly limits: BinLimits;
  /** Whether a name of which nothing is stored here is known to be free, see `Replication`. Left out: it always is. */
  readonly knowsAllNames?: () => boolean;
  /** The same that deletions take: what is being purged is not taken out meanwhile. Left out: turns of its own. */
  readonly takeTurn?: TakeTurn;
}): DocumentBin {
  const { registry, store, clock, audit, limits, knowsAllNames = () => true, takeTurn = createTurns() } = options;
  const table = registry.table('bin', binRecordSchema);
  const byDocument = new Map<string, Map<string, BinRecord>>();
  table.onChange(({ added, removed }) => {
    for (const [id, { document }] of removed) {
      const records = byDocument.get(document);
      records?.delete(id);
      if (records?.size === 0) byDocument.delete(document);
    }
    for (const [id, record] of added) {
      const records = byDocument.get(record.document);
      if (records === undefined) byDocument.set(record.document, new Map([[id, record]]));
      else records.set(id, record);
    }
  });

  function marksOf(name: DocumentName): readonly (readonly [string, BinRecord])[] {
    return [...(byDocument.get(parseDocumentAddress(name).document) ?? [])];
  }

  const isOf = ({ epoch }: BinRecord, life: Epoch): boolean => compareEpochs(epoch, life) === 0;
  const holds = (name: DocumentName, life: Epoch): boolean => marksOf(name).some(([, record]) => isOf(record, life));

  /** Null when there is no document of this name. */
  async function findLife(name: DocumentName): Promise<Epoch | null> {
    const stat = await store.stat(parseDocumentAddress(name).document);
    if (stat === null || stat.state === 'deleted') return null;
    if (stat.state === 'damaged') throw stat.error;
    return stat.epoch;
  }

  async function assertLife(name: DocumentName): Promise<Epoch> {
    const life = await findLife(name);
    if (life !== null) return life;
    // R13: another node may have it.
    if (!knowsAllNames()) throw new ApiError('load-failed', NOT_KNOWN_HERE);
    throw new ApiError('unknown-document', `No document is called "${name}"`);
  }

  async function putIn(document: DocumentName, { user, address }: Actor, onStored: () => void): Promise<void> {
    const epoch = await assertLife(document);
    const record: BinRecord = { document, epoch, binned: clock.now(), binnedBy: user };
    const change = ({ put, remove }: RegistryDraft): boolean => {
      const marks = marksOf(document);
      for (const [id, mark] of marks) if (!isOf(mark, epoch)) remove(table, id);
      if (marks.some(([, mark]) => isOf(mark, epoch))) return false;
      if (table.records.size >= limits.maxDocuments) {
        throw new ApiError('bin-full', `The bin has at most ${limits.maxDocuments} documents (bin.maxDocuments)`);
      }
      put(table, randomRecordId(), record);
      return true;
    };
    await registry.edit(user, change, (isNew) => {
      if (isNew) audit.info({ event: 'document-binned', document, user, address }, 'a document was put into the bin');
      onStored();
    });
  }

  async function takeOut(document: DocumentName, { user, address }: Actor, onStored: () => void): Promise<void> {
    const epoch = await assertLife(document);
    const change = ({ remove }: RegistryDraft): void => {
      const marks = marksOf(document).filter(([, mark]) => isOf(mark, epoch));
      if (marks.length === 0) throw new ApiError('not-in-bin', `"${document}" is not in the bin`);
      for (const [id] of marks) remove(table, id);
    };
    await registry.edit(user, change, () => {
      audit.info({ event: 'document-restored', document, user, address }, 'a document was taken out of the bin');
      onStored();
    });
  }

  return {
    holds,
    put: (document, by = OURSELVES) => takeTurn(document, (onStored) => putIn(document, by, onStored)),
    restore: (document, by = OURSELVES) => takeTurn(document, (onStored) => takeOut(document, by, onStored)),
    async holdsNow(name) {
      if (marksOf(name).length === 0) return false;
      const life = await findLife(name);
      return life !== null && holds(name, life);
    },
    findEnd: (name, life) => (holds(name, life) ? closeCodes.documentInBin : null),
    list() {
      return [...byDocument].flatMap(([document, records]) => {
        const [first] = [...records.values()].sort((one, other) => one.binned - other.binned);
        return first === undefined ? [] : [describe(document, first, limits)];
      });
    },
    overdue() {
      const now = clock.now();
      return [...byDocument.keys()].filter((document) => {
        const marks = [...(byDocument.get(document)?.values() ?? [])];
        return marks.every(({ binned }) => binned + limits.days * DAY_MS <= now);
      }) as DocumentName[];
    },
    async forgetLost(document) {
      if (marksOf(document).length === 0) return;
      const life = await findLife(document);
      const change = ({ remove }: RegistryDraft): void => {
        for (const [id, mark] of marksOf(document)) if (life === null || !isOf(mark, life)) remove(table, id);
      };
      await untilStored(({ onStored }) => registry.edit('', change, onStored));
    },
    onPut: (listener) =>
      table.onChange(({ added }) => {
        if (added.size > 0) listener();
      }),
  };
}

function describe(document: string, { binned, binnedBy }: BinRecord, { days }: BinLimits): Binned {
  return { document: document as DocumentName, binned, binnedBy, purged: binned + days * DAY_MS };
}
