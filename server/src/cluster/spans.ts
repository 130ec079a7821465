import type { Holdings, SequenceSpan } from '@quire/persistence';

/** In ascending order; they neither overlap nor touch. */
export type Spans = readonly SequenceSpan[];

export const NO_SPANS: Spans = Object.freeze([]);

export function uniteSpans(one: Spans, other: Spans): Spans {
  if (one === other || other.length === 0) return one;
  if (one.length === 0) return other;
  const united: { first: number; last: number }[] = [];
  for (const { first, last } of [...one, ...other].sort((a, b) => a.first - b.first)) {
    const end = united.at(-1);
    if (end !== undefined && first <= end.last + 1) end.last = Math.max(end.last, last);
    else united.push({ first, last });
  }
  return united;
}

/** What is in `spans` and not in `taken`. */
export function subtractSpans(spans: Spans, taken: Spans): Spans {
  if (spans === taken || spans.length === 0) return NO_SPANS;
  if (taken.length === 0) return spans;
  const left: SequenceSpan[] = [];
  let at = 0;
  for (const span of spans) {
    while ((taken[at]?.last ?? Number.POSITIVE_INFINITY) < span.first) at += 1;
    let first = span.first;
    for (let next = at; first <= span.last; next += 1) {
      const hole = taken[next];
      if (hole === undefined || hole.first > span.last) break;
      if (hole.first > first) left.push({ first, last: hole.first - 1 });
      first = hole.last + 1;
    }
    if (first <= span.last) left.push({ first, last: span.last });
  }
  return left;
}

export function intersectSpans(one: Spans, other: Spans): Spans {
  return one === other ? one : subtractSpans(one, subtractSpans(one, other));
}

export function countSpans(spans: Spans): number {
  let count = 0;
  for (const { first, last } of spans) count += last - first + 1;
  return count;
}

export function spansInclude(spans: Spans, sequence: number): boolean {
  return spans.some(({ first, last }) => first <= sequence && sequence <= last);
}

/** Whether all of the others are there. */
export function includesSpans(spans: Spans, others: Spans): boolean {
  return others.every(({ first, last }) => spans.some((span) => span.first <= first && last <= span.last));
}

/** Up to where everything is there, from 1 on. */
export function contiguousEnd(spans: Spans | undefined): number {
  const start = spans?.[0];
  return start?.first === 1 ? start.last : 0;
}

export function spansOf(sequences: readonly number[]): Spans {
  const spans: { first: number; last: number }[] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const end = spans.at(-1);
    if (end !== undefined && sequence <= end.last + 1) end.last = sequence;
    else spans.push({ first: sequence, last: sequence });
  }
  return spans;
}

/** What is in `theirs` and not in `ours`; incarnations of which nothing is missing are absent. */
export function subtractHoldings(theirs: Holdings, ours: Holdings): Map<string, Spans> {
  const missing = new Map<string, Spans>();
  for (const [incarnation, spans] of theirs) {
    const left = subtractSpans(spans, ours.get(incarnation) ?? NO_SPANS);
    if (left.length > 0) missing.set(incarnation, left);
  }
  return missing;
}

export function intersectHoldings(one: Holdings, other: Holdings): Map<string, Spans> {
  const shared = new Map<string, Spans>();
  for (const [incarnation, spans] of one) {
    const both = intersectSpans(spans, other.get(incarnation) ?? NO_SPANS);
    if (both.length > 0) shared.set(incarnation, both);
  }
  return shared;
}

export function uniteInto(united: Map<string, Spans>, holdings: Holdings): void {
  for (const [incarnation, spans] of holdings) {
    united.set(incarnation, uniteSpans(united.get(incarnation) ?? NO_SPANS, spans));
  }
}

export function countHoldings(holdings: Holdings): number {
  let count = 0;
  for (const spans of holdings.values()) count += countSpans(spans);
  return count;
}
