import { createDecoder, readVarUint } from 'lib0/decoding';
import * as Y from 'yjs';
import { type Ground, IntegrationOrder, type Struct } from './integration-order.ts';
import { isNestedTooDeep, mayBeNestedTooDeep } from './nesting.ts';

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
  assertOnePartPerClient(update, decoded.structs);
  for (const struct of decoded.structs) {
    assertNotEmpty(struct);
    assertBuildsOnEarlier(struct);
  }
  if (mayBeNestedTooDeep(update.length)) for (const struct of decoded.structs) assertShallow(struct);
  for (const [client, ranges] of decoded.ds.clients) assertApart(client, ranges);
  return { update, structs: decoded.structs, deletes: decoded.ds, spans: collectSpans(decoded.structs) };
}

/**
 * An update begins with the number of its parts, one for each client. Of two for the same client Yjs integrates the
 * second alone: what passes for complete would stay pending, as often as somebody likes to send it.
 */
function assertOnePartPerClient(update: Uint8Array, structs: readonly Struct[]): void {
  const parts = readVarUint(createDecoder(update));
  const clients = parts < 2 ? Math.min(structs.length, 1) : new Set(structs.map((struct) => struct.id.client)).size;
  if (parts !== clients) throw new UpdateError('an update has one part for each client, and none is empty');
}

/**
 * A struct of no length has the clock of the next one. Yjs writes none, takes them in, and then finds one for the other:
 * what it makes of them can't be read by those who come later.
 */
function assertNotEmpty(struct: Struct): void {
  if (struct.length < 1) throw new UpdateError('a struct of this update is empty');
}

/** What an item names as its neighbours or parent. */
export function* referencesOf(struct: Struct): IterableIterator<Y.ID> {
  if (!(struct instanceof Y.Item)) return;
  for (const id of [struct.origin, struct.rightOrigin, struct.parent]) if (id instanceof Y.ID) yield id;
}

/**
 * An item builds on what its client wrote before. One that names itself, or something later of the same client, passes
 * for complete and then breaks the document that it is applied to, which by then has it on disk. So does one that names what
 * no number can hold: it waits for ever, and whoever is sent it can't read on.
 */
function assertBuildsOnEarlier(struct: Struct): void {
  for (const id of referencesOf(struct)) {
    assertInRange(id.client, id.clock);
    if (id.client === struct.id.client && id.clock >= struct.id.clock) {
      throw new UpdateError('an item of this update builds on itself');
    }
  }
}

/** What can just be read here can't be applied, further down on the stack, and breaks clients whose stack is smaller. */
function assertShallow(struct: Struct): void {
  if (struct instanceof Y.Item && valuesIn(struct.content).some((value) => isNestedTooDeep(value))) {
    throw new UpdateError('a value of this update is nested too deep');
  }
}

function valuesIn(content: Y.Item['content']): readonly unknown[] {
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return content.arr;
  if (content instanceof Y.ContentEmbed) return [content.embed];
  if (content instanceof Y.ContentFormat) return [content.value];
  return content instanceof Y.ContentDoc ? [content.opts] : [];
}

/**
 * Yjs writes ranges in order and merged, and fails on empty ones, as those are that begin beyond what a number can hold.
 * Overlapping ones make a few kilobytes cost seconds.
 */
function assertApart(client: number, ranges: readonly { readonly clock: number; readonly len: number }[]): void {
  let end = 0;
  for (const range of ranges) {
    if (range.clock < end || range.len < 1) throw new UpdateError('the deletions of this update overlap or are empty');
    end = range.clock + range.len;
  }
  assertInRange(client, end);
}

function assertInRange(client: number, end: number): void {
  if (client > MAX_CLIENT_ID || end > MAX_CLIENT_ID) throw new UpdateError('a clock of this update is out of range');
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
    assertInRange(client, end);
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
  let buildOnEachOther = false;
  for (const struct of inspected.structs) {
    for (const id of referencesOf(struct)) {
      if (id.clock >= (ends.get(id.client) ?? clockOf(id.client))) return true;
      // A keystroke has one client, and never comes as far as this.
      if (ends.size > 1 && id.client !== struct.id.client && id.clock >= clockOf(id.client)) buildOnEachOther = true;
    }
  }
  for (const [client, ranges] of inspected.deletes.clients) {
    const known = ends.get(client) ?? clockOf(client);
    if (ranges.some((range) => range.clock + range.len > known)) return true;
  }
  return buildOnEachOther && !canBeIntegrated(inspected.structs, clockOf);
}

/** All that they build on is there; but two of them may each wait for the other, as only made-up ones do. */
function canBeIntegrated(structs: readonly Struct[], clockOf: (client: number) => number): boolean {
  const order = new IntegrationOrder(structs);
  const reckoning = new Reckoning(clockOf);
  while (order.isComplete && !order.isExhausted) order.integrate(reckoning, structs.length);
  return order.isComplete;
}

/** How far each client's structs would be known. */
class Reckoning implements Ground {
  readonly #clockOf: (client: number) => number;
  readonly #ends = new Map<number, number>();

  constructor(clockOf: (client: number) => number) {
    this.#clockOf = clockOf;
  }

  clockOf(client: number): number {
    return this.#ends.get(client) ?? this.#clockOf(client);
  }

  findMissing(struct: Struct): number | null {
    for (const id of referencesOf(struct)) {
      if (id.client !== struct.id.client && id.clock >= this.clockOf(id.client)) return id.client;
    }
    return null;
  }

  integrate(struct: Struct): void {
    this.#ends.set(struct.id.client, struct.id.clock + struct.length);
  }
}
