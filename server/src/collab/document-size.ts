import * as Y from 'yjs';
import { findLastAt } from './find-last-at.ts';
import type { InspectedUpdate } from './update-inspection.ts';

/** Whatever begins or ends in the middle of something makes two of it, and so at either end; this is what two heads take. */
const SPLIT_BYTES = 2 * 24;

/** Of one unit of a JavaScript string. */
const MAX_UTF8_BYTES = 3;

/** Of the limit: what must have come since the size was last known, before it is worth finding out again. */
const DRIFT_FRACTION = 1 / 64;

/** Encoding a document to learn its size takes no more than this part of the time. */
const MEASURING_FRACTION = 1 / 20;

/**
 * How large a document is when it is encoded whole, as it goes to whoever opens it and to the disk.
 *
 * Encoding it at every edit would cost as much as the document is large. So what an edit adds is counted as the bytes in
 * which it arrives, which is more than it will take once it stands beside its neighbours (a keystroke arrives in twenty
 * bytes and takes one), and what it deletes is taken off. Only when that reaches the limit is the document encoded, and
 * the count begins anew from there.
 */
export class DocumentSize {
  readonly #document: Y.Doc;
  readonly #now: () => number;
  #bytes: number;
  /** Of it, what has come since it was known. */
  #drift: number;
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** What is on its way to the document. */
  #queued = 0;
  #atDisk = 0;

  /**
   * @param stored what it takes on the disk: its snapshot, and the edits since
   * @param now monotonic, in ms
   */
  constructor(document: Y.Doc, stored: { readonly snapshot: number; readonly edits: number }, now: () => number) {
    this.#document = document;
    this.#now = now;
    this.#bytes = stored.snapshot + stored.edits;
    this.#drift = stored.edits;
  }

  /** Begins to count. @returns nothing to dispose: the document and this go together */
  watch(): void {
    this.#document.on('afterTransaction', (transaction) => {
      this.#grow((countNewStructs(transaction) + countNewDeletions(transaction)) * SPLIT_BYTES);
      this.#bytes = Math.max(0, this.#bytes - weighDeleted(transaction));
    });
    this.#document.on('update', (update) => this.#grow(update.length));
  }

  /** It was encoded whole. */
  known(bytes: number): void {
    this.#bytes = bytes;
    this.#drift = 0;
  }

  /** So much is on its way. */
  note(bytes: number): void {
    this.#queued += bytes;
  }

  /** What is on its way is at the disk. */
  flushBegins(): void {
    this.#atDisk += this.#queued;
    this.#queued = 0;
  }

  /** What was at the disk is in the document, or will never be. */
  flushEnds(): void {
    this.#atDisk = 0;
  }

  /** @param encode encodes it whole and says so through {@link known} */
  hasRoomFor(added: number, limit: number, encode: () => void): boolean {
    const bytes = added + this.#queued + this.#atDisk;
    if (this.#bytes + bytes <= limit) return true;
    const began = this.#now();
    if (this.#drift < limit * DRIFT_FRACTION || began < this.#restsUntil) return false;
    encode();
    const ended = this.#now();
    this.#restsUntil = ended + (ended - began) / MEASURING_FRACTION;
    return this.#bytes + bytes <= limit;
  }

  /**
   * Whether an update takes away at least as much as it brings, as one that replaces a selection may: it passes in a full
   * document too. Only with nothing else on its way, since two that replace the same would each take it for theirs.
   */
  isOutweighed(news: number, deletes: InspectedUpdate['deletes']): boolean {
    return this.#queued + this.#atDisk === 0 && news <= weighLiving(this.#document, deletes);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#drift += bytes;
  }
}

function countNewStructs({ beforeState, afterState, doc }: Y.Transaction): number {
  let count = 0;
  for (const [client, clock] of afterState) {
    const before = beforeState.get(client) ?? 0;
    const structs = clock > before ? (doc.store.clients.get(client) ?? []) : [];
    if (structs.length > 0) count += structs.length - Y.findIndexSS(structs, before);
  }
  return count;
}

function countNewDeletions({ deleteSet }: Y.Transaction): number {
  let count = 0;
  for (const ranges of deleteSet.clients.values()) count += ranges.length;
  return count;
}

/** What Yjs is about to let go of. What came and went within the transaction was never counted. */
function weighDeleted(transaction: Y.Transaction): number {
  const { beforeState, deleteSet } = transaction;
  let bytes = 0;
  Y.iterateDeletedStructs(transaction, deleteSet, (struct) => {
    const wasThere = struct.id.clock < (beforeState.get(struct.id.client) ?? 0);
    if (wasThere && struct instanceof Y.Item) bytes += weighContent(struct.content);
  });
  return bytes;
}

/** What is still there of what an update deletes. */
function weighLiving(document: Y.Doc, deletes: InspectedUpdate['deletes']): number {
  let bytes = 0;
  for (const [client, ranges] of deletes.clients) {
    const structs = document.store.clients.get(client) ?? [];
    const known = Y.getState(document.store, client);
    for (const { clock, len } of ranges) {
      const end = Math.min(clock + len, known);
      for (
        let index = clock < end ? Y.findIndexSS(structs, clock) : structs.length;
        index < structs.length;
        index += 1
      ) {
        const struct = structs[index];
        if (struct === undefined || struct.id.clock >= end) break;
        if (struct.deleted || !(struct instanceof Y.Item)) continue;
        const covered = Math.min(struct.id.clock + struct.length, end) - Math.max(struct.id.clock, clock);
        if (struct.content instanceof Y.ContentString) bytes += covered;
        else if (covered === struct.length) bytes += weighContent(struct.content);
      }
    }
  }
  return bytes;
}

/** The room that an update takes, in bytes. */
export interface News {
  readonly living: number;
  /** What stays of what was deleted before it was sent. */
  readonly dead: number;
}

/**
 * The room that an update takes, at most. Deletions take none, nor what is known already or on its way, as when a client
 * sends as a whole what it has just sent piece by piece. What was deleted before it was sent leaves its place behind, though
 * not its content, which an editor that can redo it still sends.
 */
export function weighNews(
  { update, structs, deletes }: Pick<InspectedUpdate, 'update' | 'structs' | 'deletes'>,
  clockOf: (client: number) => number,
): News {
  let [living, dead] = [0, 0];
  let lastDead: Y.Item | Y.GC | null = null;
  for (const struct of structs) {
    const { client, clock } = struct.id;
    const end = clock + struct.length;
    if (struct instanceof Y.Skip || end <= clockOf(client)) continue;
    const item = struct instanceof Y.Item && !(struct.content instanceof Y.ContentDeleted) ? struct : null;
    if (item === null || covers(deletes.clients.get(client) ?? [], clock, end)) {
      if (lastDead === null || !continues(struct, lastDead)) dead += SPLIT_BYTES;
      dead += weighNames(struct);
      lastDead = struct;
      continue;
    }
    living += SPLIT_BYTES + weighNames(item) + weighNew(item.content, update.length);
    if (living >= update.length) return { living: update.length, dead: 0 };
  }
  return { living, dead: Math.min(dead, update.length - living) };
}

/** Whether Yjs makes one of the two, once both are deleted. */
function continues(struct: Y.Item | Y.GC, last: Y.Item | Y.GC): boolean {
  const { client, clock } = struct.id;
  if (last.id.client !== client || last.id.clock + last.length !== clock) return false;
  if (!(struct instanceof Y.Item) || !(last instanceof Y.Item)) return struct.constructor === last.constructor;
  const { origin, rightOrigin } = struct;
  return origin?.client === client && origin.clock === clock - 1 && Y.compareIDs(rightOrigin, last.rightOrigin);
}

/** What it says of where it lies, which stays when it is deleted: a key in a map, a type at the root. */
function weighNames(struct: Y.Item | Y.GC): number {
  if (!(struct instanceof Y.Item)) return 0;
  // As it was decoded, without a document: the name of a type where Yjs expects the type.
  const parent: unknown = struct.parent;
  const root = typeof parent === 'string' ? parent.length : 0;
  return ((struct.parentSub?.length ?? 0) + root) * MAX_UTF8_BYTES;
}

/** Whether one of the ranges, which are in order and apart, holds all of what is between. */
function covers(
  ranges: readonly { readonly clock: number; readonly len: number }[],
  from: number,
  to: number,
): boolean {
  const range = findLastAt(ranges, from, ({ clock }) => clock);
  return range !== undefined && range.clock + range.len >= to;
}

/** No more than the update that it came in, which is all that is known of most content. */
function weighNew(content: Y.Item['content'], updateBytes: number): number {
  if (content instanceof Y.ContentString) return content.str.length * MAX_UTF8_BYTES;
  if (content instanceof Y.ContentBinary) return content.content.byteLength;
  return updateBytes;
}

/** What is gone once this is deleted, at least. */
function weighContent(content: Y.Item['content']): number {
  if (content instanceof Y.ContentString) return content.str.length;
  if (content instanceof Y.ContentBinary) return content.content.byteLength;
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return weighValue(content.arr);
  if (content instanceof Y.ContentEmbed) return weighValue(content.embed);
  return 0;
}

function weighValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + weighValue(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + 1 + weighValue(item), 0);
}
