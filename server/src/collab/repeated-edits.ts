import * as Y from 'yjs';
import { type ClockRange, findNewDeletes, readPending, subtractRanges } from './novelty.ts';
import type { Submission } from './submission.ts';
import { type InspectedUpdate, inspectUpdate, UpdateError } from './update-inspection.ts';

type Covered = Map<number, ClockRange[]>;

/**
 * Of a batch that is about to be applied, what is an edit. A client that wrote before its step 2 was asked for says the same
 * in both, and when the second of them was looked at, the first was still on its way to the document. Batches without a step 2
 * are not looked through, nor those in which something is large: that would cost more than a count is worth.
 */
export function withoutRepeats(document: Y.Doc, batch: readonly Submission[]): readonly Submission[] {
  const isDue = batch.some(({ content, kind, stored }) => kind === 'step-2' && content !== null && !stored);
  if (!isDue || batch.some(({ large }) => large !== undefined)) return batch;
  const coverage = new Coverage(document);
  // All of each is taken in, whatever is new of it.
  return batch.filter(({ applied, content, stored }) => {
    if (content === null || applied || stored) return true;
    return content.map(({ update }) => coverage.take(update)).includes(true);
  });
}

/** What a document has or keeps as pending, and what was taken in since. */
class Coverage {
  readonly #document: Y.Doc;
  readonly #structs: Covered = new Map();
  readonly #deletes: Covered;

  constructor(document: Y.Doc) {
    const { deletes, spans } = readPending(document);
    this.#document = document;
    this.#deletes = new Map([...deletes].map(([client, ranges]) => [client, [...ranges]]));
    for (const { client, start, end } of spans) addRange(this.#structs, client, { clock: start, len: end - start });
  }

  /** @returns whether something of it is new */
  take(update: Uint8Array): boolean {
    const inspected = inspect(update);
    if (inspected === null) return true;
    const { deletes, spans } = inspected;
    const lacking: Covered = new Map();
    for (const { client, start, end } of spans) {
      const from = Math.max(start, Y.getState(this.#document.store, client));
      if (from < end) addRange(lacking, client, { clock: from, len: end - from });
    }
    const structs = subtractRanges(lacking, this.#structs);
    const deleted = findNewDeletes(this.#document, deletes, { deletes: this.#deletes }).clients;
    cover(this.#structs, structs);
    cover(this.#deletes, deleted);
    return structs.size > 0 || deleted.size > 0;
  }
}

/** What it can't look into it has no say in: applying it does. */
function inspect(update: Uint8Array): InspectedUpdate | null {
  try {
    return inspectUpdate(update);
  } catch (error) {
    if (error instanceof UpdateError) return null;
    throw error;
  }
}

function cover(covered: Covered, added: ReadonlyMap<number, readonly ClockRange[]>): void {
  for (const [client, ranges] of added) {
    for (const range of ranges) addRange(covered, client, range);
    covered.get(client)?.sort((one, other) => one.clock - other.clock);
  }
}

function addRange(ranges: Covered, client: number, range: ClockRange): void {
  const known = ranges.get(client);
  if (known === undefined) ranges.set(client, [range]);
  else known.push(range);
}
