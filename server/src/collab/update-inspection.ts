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
  return { update, structs: decoded.structs, deletes: decoded.ds, spans: collectSpans(decoded.structs) };
}

function collectSpans(structs: Decoded['structs']): StructSpan[] {
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
  for (const struct of inspected.structs) {
    if (!(struct instanceof Y.Item)) continue;
    if (struct.origin !== null && !has(struct.origin)) return true;
    if (struct.rightOrigin !== null && !has(struct.rightOrigin)) return true;
    if (struct.parent instanceof Y.ID && !has(struct.parent)) return true;
  }
  for (const [client, ranges] of inspected.deletes.clients) {
    const known = ends.get(client) ?? clockOf(client);
    if (ranges.some((range) => range.clock + range.len > known)) return true;
  }
  return false;
}

/** Whether it carries structs of an earlier, deleted life of this document (R14). */
export function reachesBelow(inspected: InspectedUpdate, tombstone: ReadonlyMap<number, number>): boolean {
  return inspected.spans.some((span) => span.start < (tombstone.get(span.client) ?? 0));
}
