import * as Y from 'yjs';
import { collectSpans, type InspectedUpdate, type StructSpan } from './update-inspection.ts';

type DeleteSet = InspectedUpdate['deletes'];
interface ClockRange {
  readonly clock: number;
  readonly len: number;
}

/** Beyond every clock: a state vector with it filters a client out of an update. */
const BEYOND_ALL_CLOCKS = 2 ** 53 - 1;

/**
 * What an update adds to a document: the structs it doesn't have and the deletions it hasn't made; null when nothing.
 *
 * A step 2 always carries the sender's whole delete set (R5). Comparing state vectors alone would drop deletions:
 * "hello" and "lo" can have equal ones.
 */
export function findNovelty(doc: Y.Doc, inspected: InspectedUpdate): Uint8Array | null {
  const pending = readPending(doc);
  const newSpans = inspected.spans.filter((span) => {
    const from = Math.max(span.start, Y.getState(doc.store, span.client));
    return from < span.end && !pending.spans.some((held) => covers(held, span.client, from, span.end));
  });
  const newDeletes = subtractRanges(subtractDeleted(inspected.deletes, doc), pending.deletes);
  if (newSpans.length === 0 && newDeletes.clients.size === 0) return null;
  const diff = Y.diffUpdate(inspected.update, encodeKnown(doc, pending, newSpans));
  return replaceDeletes(diff, inspected.deletes, newDeletes);
}

/**
 * A state vector of what the document has. Clients of whom nothing is new are in it for good: what is pending would
 * otherwise come along with everybody's news, and have it count as pending too.
 */
function encodeKnown(doc: Y.Doc, pending: Pending, newSpans: readonly StructSpan[]): Uint8Array {
  const encoded = Y.encodeStateVector(doc);
  if (pending.spans.length === 0) return encoded;
  const known = Y.decodeStateVector(encoded);
  const withNews = new Set(newSpans.map(({ client }) => client));
  for (const { client } of pending.spans) if (!withNews.has(client)) known.set(client, BEYOND_ALL_CLOCKS);
  return encodeStateVector(known);
}

interface Pending {
  readonly structs: number;
  readonly spans: readonly StructSpan[];
  readonly deletes: ReadonlyMap<number, readonly ClockRange[]>;
}

/**
 * What a document holds without having integrated it (R3). It goes out with every step 2 and comes back with every
 * client's, so it must not count as news.
 */
export function readPending(doc: Y.Doc): Pending {
  const { pendingStructs, pendingDs } = doc.store;
  const held = pendingStructs === null ? null : Y.decodeUpdateV2(pendingStructs.update);
  const deletes = pendingDs === null ? null : Y.decodeUpdateV2(pendingDs);
  const ranges = new Map<number, ClockRange[]>();
  for (const decoded of [held, deletes]) {
    for (const [client, added] of decoded?.ds.clients ?? []) {
      ranges.set(
        client,
        [...(ranges.get(client) ?? []), ...added].sort((a, b) => a.clock - b.clock),
      );
    }
  }
  const items = held?.structs ?? [];
  const structs = items.filter((item) => !(item instanceof Y.Skip)).length;
  return { structs, spans: collectSpans(items), deletes: ranges };
}

function covers(held: StructSpan, client: number, from: number, to: number): boolean {
  return held.client === client && held.start <= from && held.end >= to;
}

/** The parts of a delete set that no given range covers. */
function subtractRanges(deletes: DeleteSet, covered: ReadonlyMap<number, readonly ClockRange[]>): DeleteSet {
  const remaining = Y.createDeleteSet();
  for (const [client, ranges] of deletes.clients) {
    const left = ranges.flatMap((range) => cutOut(range, covered.get(client) ?? []));
    if (left.length > 0) remaining.clients.set(client, left as never); // yjs doesn't export its DeleteItem class
  }
  return remaining;
}

function cutOut(range: ClockRange, covered: readonly ClockRange[]): ClockRange[] {
  const parts: ClockRange[] = [];
  const end = range.clock + range.len;
  let from = range.clock;
  for (const { clock, len } of covered) {
    if (clock >= end) break;
    if (clock > from) parts.push({ clock: from, len: clock - from });
    from = Math.max(from, clock + len);
  }
  if (from < end) parts.push({ clock: from, len: end - from });
  return parts;
}

/**
 * Splits an update so that each part holds the structs of one author; deletions go to the sender, since an update
 * doesn't say who deleted. Clients that nobody is known for are the sender's.
 */
export function splitByAuthor(
  update: Uint8Array,
  inspected: InspectedUpdate,
  sender: string,
  authorOf: (client: number) => string | undefined,
): { readonly author: string; readonly update: Uint8Array }[] {
  const clients = [...new Set(inspected.spans.map((span) => span.client))];
  const authors = new Map(clients.map((client) => [client, authorOf(client) ?? sender]));
  const others = new Set([...authors.values()].filter((author) => author !== sender));
  if (others.size === 0) return [{ author: sender, update }];
  const parts = [];
  const deletes = Y.decodeUpdate(update).ds;
  for (const author of others) {
    const foreign = clients.filter((client) => authors.get(client) !== author);
    parts.push({ author, update: replaceDeletes(withoutClients(update, foreign), deletes, Y.createDeleteSet()) });
  }
  const notMine = clients.filter((client) => authors.get(client) !== sender);
  parts.push({ author: sender, update: withoutClients(update, notMine) });
  return parts;
}

function withoutClients(update: Uint8Array, clients: readonly number[]): Uint8Array {
  return Y.diffUpdate(update, encodeStateVector(new Map(clients.map((client) => [client, BEYOND_ALL_CLOCKS]))));
}

/** The part of a delete set that a document hasn't deleted yet; what it doesn't know of is kept. */
function subtractDeleted(deletes: DeleteSet, doc: Y.Doc): DeleteSet {
  const remaining = Y.createDeleteSet();
  for (const [client, ranges] of deletes.clients) {
    const structs = doc.store.clients.get(client) ?? [];
    const known = Y.getState(doc.store, client);
    const left = ranges.flatMap((range) => undeletedParts(range, structs, known));
    if (left.length > 0) remaining.clients.set(client, left as never); // yjs doesn't export its DeleteItem class
  }
  return remaining;
}

function undeletedParts(range: ClockRange, structs: (Y.Item | Y.GC)[], known: number): ClockRange[] {
  const end = range.clock + range.len;
  const parts: ClockRange[] = [];
  if (range.clock < known) {
    for (let index = Y.findIndexSS(structs, range.clock); index < structs.length; index += 1) {
      const struct = structs[index];
      if (struct === undefined || struct.id.clock >= end) break;
      if (struct.deleted) continue;
      const from = Math.max(struct.id.clock, range.clock);
      const to = Math.min(struct.id.clock + struct.length, end);
      parts.push({ clock: from, len: to - from });
    }
  }
  const unknownFrom = Math.max(range.clock, known);
  if (unknownFrom < end) parts.push({ clock: unknownFrom, len: end - unknownFrom });
  return parts;
}

/**
 * An update in format v1 is its structs followed by its delete set, and `diffUpdate` writes the delete set through
 * unchanged: so it is the known suffix. Should yjs ever write it differently, the update is kept whole: larger, never wrong.
 */
function replaceDeletes(update: Uint8Array, present: DeleteSet, wanted: DeleteSet): Uint8Array {
  const suffix = encodeDeleteSet(present);
  const structsEnd = update.length - suffix.length;
  if (structsEnd < 0 || !startsWithAt(update, suffix, structsEnd)) return update;
  const replacement = encodeDeleteSet(wanted);
  const result = new Uint8Array(structsEnd + replacement.length);
  result.set(update.subarray(0, structsEnd));
  result.set(replacement, structsEnd);
  return result;
}

function startsWithAt(bytes: Uint8Array, part: Uint8Array, offset: number): boolean {
  return Buffer.compare(bytes.subarray(offset), part) === 0;
}

/** A snapshot is a delete set followed by a state vector; an empty state vector is a single zero byte. */
function encodeDeleteSet(deletes: DeleteSet): Uint8Array {
  return Y.encodeSnapshot(Y.createSnapshot(deletes, new Map())).slice(0, -1);
}

/** An update that only deletes: no structs, then the delete set. */
export function encodeDeletesOnly(deletes: DeleteSet): Uint8Array {
  const encoded = encodeDeleteSet(deletes);
  const update = new Uint8Array(encoded.length + 1);
  update.set(encoded, 1);
  return update;
}

/** The other half of a snapshot: an empty delete set is a single zero byte. */
function encodeStateVector(clocks: Map<number, number>): Uint8Array {
  return Y.encodeSnapshot(Y.createSnapshot(Y.createDeleteSet(), clocks)).slice(1);
}
