import type { Entry } from '@quire/persistence';
import { NO_SPANS, type Spans, subtractSpans, uniteSpans } from './spans.ts';

/** With more of them, those that there are by then are not told apart any more. */
const MAX_DOCUMENTS = 10_000;
/** An entry among those of other documents is a span of its own; beyond it what lies between two counts too. */
const MAX_SPANS_EACH = 64;
/** Documents of which nothing may be left are looked through when there are twice as many as after the last time. */
const FIRST_SWEEP = 64;

/**
 * Which own entries of which document are not yet where the policy for receipts wants them (G1): who opens one document need
 * not wait for the entries of another. Where it can't remember them one by one it names more, never fewer.
 */
export class UnsafeEntries {
  readonly #byDocument = new Map<string, Spans>();
  #unnamed: Spans = NO_SPANS;
  #sweepAt = FIRST_SWEEP;

  add(entries: readonly Pick<Entry, 'id' | 'document'>[], safe: Spans): void {
    for (const { document, id } of entries) {
      const spans = [{ first: id.sequence, last: id.sequence }];
      const known = subtractSpans(this.#byDocument.get(document) ?? NO_SPANS, safe);
      this.#byDocument.set(document, limited(uniteSpans(known, spans)));
    }
    if (this.#byDocument.size >= this.#sweepAt) this.#sweep(safe);
  }

  /** They may be of any document. */
  addUnnamed(spans: Spans): void {
    this.#unnamed = limited(uniteSpans(this.#unnamed, spans));
  }

  of(document: string, safe: Spans): Spans {
    return subtractSpans(uniteSpans(this.#unnamed, this.#byDocument.get(document) ?? NO_SPANS), safe);
  }

  #sweep(safe: Spans): void {
    this.#unnamed = subtractSpans(this.#unnamed, safe);
    for (const [document, spans] of this.#byDocument) {
      if (subtractSpans(spans, safe).length === 0) this.#byDocument.delete(document);
    }
    if (this.#byDocument.size >= MAX_DOCUMENTS) {
      for (const spans of this.#byDocument.values()) this.addUnnamed(spans);
      this.#byDocument.clear();
    }
    this.#sweepAt = Math.min(MAX_DOCUMENTS, Math.max(FIRST_SWEEP, 2 * this.#byDocument.size));
  }
}

function limited(spans: Spans): Spans {
  const [start, end] = [spans[0], spans.at(-1)];
  if (spans.length <= MAX_SPANS_EACH || start === undefined || end === undefined) return spans;
  return [{ first: start.first, last: end.last }];
}
