import * as Y from 'yjs';

/** A run of one client's structs: clocks from `start` up to, not including, `end`. */
export interface StructSpan {
  readonly client: number;
  readonly start: number;
  readonly end: number;
}

type Decoded = ReturnType<typeof Y.decodeUpdate>;

export interface InspectedUpdate {
  readonly update: Uint8Array;
  readonly structs: Decoded['structs'];
  readonly deletes: Decoded['ds'];
  readonly spans: readonly StructSpan[];
}

export class UpdateError extends Error {
  override readonly name = 'UpdateError';
}

const MAX_CLIENT_ID = 2 ** 53 - 1;

/**
 * Decodes an update without touching a document.
 *
 * @throws {UpdateError} when the bytes are not a Yjs v1 update
 */
export function inspectUpdate(update: Uint8Array): InspectedUpdate {
  let decoded: Decoded;
  try {
    decoded = Y.decodeUpdate(update);
  } catch (cause) {
    throw new UpdateError('these bytes are not a Yjs update', { cause });
  }
  for (const struct of decoded.structs) assertBuildsOnEarlier(struct);
  for (const ranges of decoded.ds.clients.values()) assertApart(ranges);
  return { update, structs: decoded.structs, deletes: decoded.ds, spans: collectSpans(decoded.structs) };
}

/** What an item names as its neighbours or parent. */
function* referencesOf(struct: Decoded['structs'][number]): IterableIterator<Y.ID> {
  if (!(struct instanceof Y.Item)) return;
  for (const id of [struct.origin, struct.rightOrigin, struct.parent]) if (id instanceof Y.ID) yield id;
}

/**
 * An item builds on what its client wrote before. One that names itself, or something later of the same client, passes
 * for complete and then breaks the document that it is applied to, which by then has it on disk.
 */
function assertBuildsOnEarlier(struct: Decoded['structs'][number]): void {
  for (const id of referencesOf(struct)) {
    if (id.client === struct.id.client && id.clock >= struct.id.clock) {
      throw new UpdateError('an item of this update builds on itself');
    }
  }
}

/** Yjs writes ranges in order and merged, and fails on empty ones. Overlapping ones make a few kilobytes cost seconds. */
function assertApart(ranges: readonly { readonly clock: number; readonly len: number }[]): void {
  let end = 0;
  for (const range of ranges) {
    if (range.clock < end || range.len < 1) throw new UpdateError('the deletions of this update overlap or are empty');
    end = range.clock + range.len;
  }
}

/** The runs of structs, gaps left out. */
export function collectSpans(structs: Decoded['structs']): StructSpan[] {
  const spans: StructSpan[] = [];
  let last: { client: number; start: number; end: number } | null = null;
  for (const struct of structs) {
    if (struct instanceof Y.Skip) {
      last = null;
      continue;
    }
    const { client, clock } = struct.id;
    const end = clock + struct.length;
    if (client > MAX_CLIENT_ID || end > MAX_CLIENT_ID) throw new UpdateError('a clock of this update is out of range');
    if (last !== null && last.client === client && last.end === clock) {
      last.end = end;
    } else {
      last = { client, start: clock, end };
      spans.push(last);
    }
  }
  return spans;
}

/**
 * Whether something that this update builds on is missing, given how far each client's structs are known (R3).
 * Such an update is kept by Yjs as pending, fires no event, and costs more the more there are of it.
 */
export function hasMissingDependencies(inspected: InspectedUpdate, clockOf: (client: number) => number): boolean {
  const ends = new Map<number, number>();
  for (const span of inspected.spans) {
    const known = ends.get(span.client) ?? clockOf(span.client);
    if (span.start > known) return true;
    ends.set(span.client, Math.max(known, span.end));
  }
  const has = (id: Y.ID): boolean => id.clock < (ends.get(id.client) ?? clockOf(id.client));
  for (const struct of inspected.structs) for (const id of referencesOf(struct)) if (!has(id)) return true;
  for (const [client, ranges] of inspected.deletes.clients) {
    const known = ends.get(client) ?? clockOf(client);
    if (ranges.some((range) => range.clock + range.len > known)) return true;
  }
  return false;
}

/**
 * Whether it belongs to an earlier, deleted life of this document, by what it carries or by what it builds on (R14).
 * What a client typed after the end of that life has clocks above the tombstone, and hangs on what is below.
 */
export function belongsToTheDead(inspected: InspectedUpdate, tombstone: ReadonlyMap<number, number>): boolean {
  if (tombstone.size === 0) return false;
  const isDead = (client: number, clock: number): boolean => clock < (tombstone.get(client) ?? 0);
  if (inspected.spans.some((span) => tombstone.has(span.client))) return true;
  for (const struct of inspected.structs)
    for (const id of referencesOf(struct)) if (isDead(id.client, id.clock)) return true;
  for (const [client, ranges] of inspected.deletes.clients) {
    if (ranges.some((range) => isDead(client, range.clock))) return true;
  }
  return false;
}
