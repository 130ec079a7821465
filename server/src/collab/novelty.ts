import * as Y from 'yjs';
import { findLastAt } from './find-last-at.ts';
import { collectSpans, type InspectedUpdate, type StructSpan } from './update-inspection.ts';

export type DeleteSet = InspectedUpdate['deletes'];
export interface ClockRange {
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
  const newSpans = findNewSpans(inspected.spans, (client) => Y.getState(doc.store, client), pending.spans);
  const newDeletes = findNewDeletes(doc, inspected.deletes, pending);
  if (newSpans.length === 0 && newDeletes.clients.size === 0) return null;
  const diff = pickStructs(inspected.update, Y.encodeStateVector(doc), pending.spans, newSpans);
  return replaceDeletes(diff, inspected.deletes, newDeletes);
}

/** The spans that hold something which a document neither has nor keeps as pending. */
export function findNewSpans(
  spans: readonly StructSpan[],
  clockOf: (client: number) => number,
  pending: readonly StructSpan[],
): StructSpan[] {
  const held = groupByClient(pending);
  return spans.filter((span) => {
    const from = Math.max(span.start, clockOf(span.client));
    if (from >= span.end) return false;
    const around = findLastAt(held.get(span.client) ?? [], from, ({ start }) => start);
    return around === undefined || around.end < span.end;
  });
}

function groupByClient(spans: readonly StructSpan[]): ReadonlyMap<number, readonly StructSpan[]> {
  const groups = new Map<number, StructSpan[]>();
  for (const span of spans) {
    const group = groups.get(span.client);
    if (group === undefined) groups.set(span.client, [span]);
    else group.push(span);
  }
  return groups;
}

/**
 * An update with the structs that a document with this state vector lacks, and all its deletions. Clients of whom nothing
 * is new are left out for good: what is pending would otherwise come along with everybody's news, and have it count as
 * pending too.
 */
export function pickStructs(
  update: Uint8Array,
  stateVector: Uint8Array,
  pending: readonly StructSpan[],
  newSpans: readonly StructSpan[],
): Uint8Array {
  if (pending.length === 0) return Y.diffUpdate(update, stateVector);
  const known = Y.decodeStateVector(stateVector);
  const withNews = new Set(newSpans.map(({ client }) => client));
  for (const { client } of pending) if (!withNews.has(client)) known.set(client, BEYOND_ALL_CLOCKS);
  return Y.diffUpdate(update, encodeStateVector(known));
}

/** The deletions that a document has neither made nor keeps as pending. */
export function findNewDeletes(doc: Y.Doc, deletes: DeleteSet, pending: Pick<Pending, 'deletes'>): DeleteSet {
  const remaining = Y.createDeleteSet();
  for (const [client, left] of subtractRanges(subtractDeleted(deletes, doc).clients, pending.deletes)) {
    remaining.clients.set(client, left as never); // yjs doesn't export its DeleteItem class
  }
  return remaining;
}

export interface Pending {
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

/** The parts of ranges, by client and in order, that others do not cover. */
export function subtractRanges(
  ranges: ReadonlyMap<number, readonly ClockRange[]>,
  covered: ReadonlyMap<number, readonly ClockRange[]>,
): Map<number, ClockRange[]> {
  const remaining = new Map<number, ClockRange[]>();
  for (const [client, each] of ranges) {
    const left = cutOut(each, covered.get(client) ?? []);
    if (left.length > 0) remaining.set(client, left);
  }
  return remaining;
}

/** Both are in order, so what ends before one range is not looked at again for the next: there may be thousands of each. */
function cutOut(ranges: readonly ClockRange[], covered: readonly ClockRange[]): ClockRange[] {
  const parts: ClockRange[] = [];
  let past = 0;
  for (const range of ranges) {
    const end = range.clock + range.len;
    let from = range.clock;
    while (endOf(covered[past]) <= from) past += 1;
    for (let index = past; from < end; index += 1) {
      const { clock, len } = covered[index] ?? { clock: end, len: 0 };
      if (clock > from) parts.push({ clock: from, len: Math.min(clock, end) - from });
      from = Math.max(from, Math.min(clock, end), clock + len);
    }
  }
  return parts;
}

function endOf(range: ClockRange | undefined): number {
  return range === undefined ? Number.POSITIVE_INFINITY : range.clock + range.len;
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
      const last = parts.at(-1);
      const isNext = last !== undefined && last.clock + last.len === from;
      if (isNext) parts[parts.length - 1] = { clock: last.clock, len: to - last.clock };
      else parts.push({ clock: from, len: to - from });
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
  return withDeletes(update, structsEnd, wanted);
}

function startsWithAt(bytes: Uint8Array, part: Uint8Array, offset: number): boolean {
  return Buffer.compare(bytes.subarray(offset), part) === 0;
}

/** A snapshot is a delete set followed by a state vector; an empty state vector is a single zero byte. */
function encodeDeleteSet(deletes: DeleteSet): Uint8Array {
  return Y.encodeSnapshot(Y.createSnapshot(deletes, new Map())).slice(0, -1);
}

/** The deletions of an update, which begin at this byte of it. */
export function decodeDeletesAt(update: Uint8Array, at: number): DeleteSet {
  const only = new Uint8Array(update.length - at + 1);
  only.set(update.subarray(at), 1);
  return Y.decodeUpdate(only).ds;
}

/** An update with other deletions in the place of its own, which begin at this byte of it. */
export function withDeletes(update: Uint8Array, at: number, deletes: DeleteSet): Uint8Array {
  const encoded = encodeDeleteSet(deletes);
  const result = new Uint8Array(at + encoded.length);
  result.set(update.subarray(0, at));
  result.set(encoded, at);
  return result;
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
