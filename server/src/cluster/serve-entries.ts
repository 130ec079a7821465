import { type DocumentStore, type Entry, PersistenceError } from '@quire/persistence';
import type { Want } from './peer-link.ts';
import { NO_SPANS, type Spans } from './spans.ts';

const ENTRIES_AT_ONCE = 1_000;
/** However small entries are: an answer has an end. */
const MAX_ENTRIES = 20_000;
/** Numbers, names and what holds them: a stand-in without content costs as much as any other entry. */
const BYTES_PER_ENTRY = 32;
/** A disk of which so much can't be read is not asked on and on in one answer. */
const MAX_PASSED_OVER = 1_000;

type Served = Pick<DocumentStore, 'entries' | 'holdings'>;

/**
 * Some of what a peer wants, at least one where anything is held. A record that can't be read is passed over while there are
 * others to give: another node may have it.
 *
 * @throws what the store threw, when that is all there is to say
 */
export async function serveEntries(store: Served, wants: readonly Want[], maxBytes: number): Promise<readonly Entry[]> {
  const answer = new Answer(maxBytes);
  for (const { incarnation, spans } of wants) {
    for (const { first, last } of spans) await serveSpan(store, { incarnation, first, last }, answer);
  }
  if (answer.entries.length === 0 && answer.failure !== null) throw answer.failure;
  return answer.entries;
}

class Answer {
  readonly entries: Entry[] = [];
  failure: unknown = null;
  passedOver = 0;
  readonly #maxBytes: number;
  #bytes = 0;
  #isFull = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isFull(): boolean {
    return this.#isFull || this.#bytes >= this.#maxBytes || this.entries.length >= MAX_ENTRIES;
  }

  get room(): number {
    return this.#maxBytes - this.#bytes;
  }

  /** The first one fits however large it is; a second one that large can wait for the next answer. */
  take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const bytes = weigh(entry);
      if (this.entries.length > 0 && this.#bytes + bytes > this.#maxBytes) {
        this.#isFull = true;
        return;
      }
      this.entries.push(entry);
      this.#bytes += bytes;
    }
  }
}

interface Stretch {
  readonly incarnation: string;
  readonly first: number;
  readonly last: number;
}

/** Closes in on a record that can't be read, passes it over, and goes on behind it in ever larger steps. */
async function serveSpan(store: Served, { incarnation, first, last }: Stretch, answer: Answer): Promise<void> {
  let limit = ENTRIES_AT_ONCE;
  for (let after = first - 1; after < last && !answer.isFull; ) {
    let some: readonly Entry[];
    try {
      some = await store.entries({ incarnation, after, upTo: last, limit, maxBytes: answer.room });
    } catch (error) {
      answer.failure = error;
      if (!isDamage(error)) return;
      if (limit === 1) {
        after = firstHeldAfter(store.holdings().get(incarnation) ?? NO_SPANS, after);
        answer.passedOver += 1;
      }
      if (answer.passedOver >= MAX_PASSED_OVER) return;
      limit = 1;
      continue;
    }
    const end = some.at(-1);
    if (end === undefined) return;
    answer.take(some);
    after = end.id.sequence;
    limit = Math.min(ENTRIES_AT_ONCE, limit * 2);
  }
}

/** Of anything else, the next record would say the same. */
function isDamage(error: unknown): boolean {
  return error instanceof PersistenceError && error.code === 'CORRUPT_RECORD';
}

function firstHeldAfter(held: Spans, after: number): number {
  const span = held.find(({ last }) => last > after);
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(span.first, after + 1);
}

/** In an answer, unlike on the bus, there are stand-ins: burials weigh as much as content does. */
function weigh({ buried, title, updates }: Entry): number {
  let bytes = BYTES_PER_ENTRY + (buried?.tombstone.byteLength ?? 0) + Buffer.byteLength(title ?? '');
  for (const { update } of updates) bytes += update.byteLength;
  return bytes;
}
