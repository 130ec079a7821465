import type { Holdings } from '@quire/persistence';
import type { Want } from './peer-link.ts';
import { countSpans, intersectHoldings, intersectSpans, type Spans, subtractHoldings, uniteInto } from './spans.ts';

/** A peer that can be asked. */
export interface Source {
  readonly incarnation: string;
  readonly address: string;
  readonly holdings: Holdings;
}

/** What is asked of one peer at once: it answers with what fits, and is asked again. */
const MAX_PIECE = 1_000;
const MAX_SPANS_EACH = 100;
const MAX_ENTRIES_EACH = 10_000;

/** What others say to hold and this node does not. */
export function missingOf(claims: Iterable<Holdings>, ours: Holdings, refused: Holdings): Map<string, Spans> {
  const missing = new Map<string, Spans>();
  for (const claim of claims) uniteInto(missing, subtractHoldings(claim, ours));
  return subtractHoldings(missing, refused);
}

/**
 * What is fetched from a peer instead of waited for. Records on their way over the bus look like a gap for a moment, so it is
 * only what was missing at the last look too.
 */
export class Patience {
  #before: Holdings = new Map();
  #outlasted: Holdings = new Map();

  /** @param isBeat looks that count come at even intervals; between them it is what is left of what outlasted the last one */
  due(missing: Holdings, isBeat: boolean): Holdings {
    if (isBeat) {
      this.#outlasted = intersectHoldings(missing, this.#before);
      this.#before = missing;
      return this.#outlasted;
    }
    return intersectHoldings(missing, this.#outlasted);
  }
}

/** Shares out what is missing among those who hold it, evenly, in pieces. */
export function shareOut(missing: Holdings, sources: readonly Source[]): Map<Source, Want[]> {
  const shares = new Map(sources.map((source) => [source, new Share()] as const));
  for (const [incarnation, spans] of missing) {
    for (const piece of piecesOf(spans)) {
      const holders = sources
        .map((source) => ({ share: shares.get(source), held: heldOf(source, incarnation, piece) }))
        .filter(({ share, held }) => held.length > 0 && share?.hasRoom === true)
        .sort((a, b) => (a.share?.entries ?? 0) - (b.share?.entries ?? 0));
      const [first] = holders;
      first?.share?.add(incarnation, first.held);
    }
  }
  return new Map(
    [...shares].map(([source, share]) => [source, share.wants] as const).filter(([, wants]) => wants.length > 0),
  );
}

class Share {
  readonly #spans = new Map<string, Spans>();
  entries = 0;
  #count = 0;

  get hasRoom(): boolean {
    return this.entries < MAX_ENTRIES_EACH && this.#count < MAX_SPANS_EACH;
  }

  add(incarnation: string, spans: Spans): void {
    uniteInto(this.#spans, new Map([[incarnation, spans]]));
    this.entries += countSpans(spans);
    this.#count += spans.length;
  }

  get wants(): Want[] {
    return [...this.#spans].map(([incarnation, spans]) => ({ incarnation, spans }));
  }
}

function heldOf({ holdings }: Source, incarnation: string, piece: Spans): Spans {
  return intersectSpans(piece, holdings.get(incarnation) ?? []);
}

/** No more than anybody is asked for: what is far behind is looked at again after each answer. */
function* piecesOf(spans: Spans): Iterable<Spans> {
  let left = MAX_ENTRIES_EACH * 8;
  for (const { first, last } of spans) {
    for (let from = first; from <= last; from += MAX_PIECE) {
      if (left <= 0) return;
      left -= MAX_PIECE;
      yield [{ first: from, last: Math.min(last, from + MAX_PIECE - 1) }];
    }
  }
}
