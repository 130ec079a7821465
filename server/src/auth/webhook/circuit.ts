/**
 * Whether a backend is asked. Once it has failed so often in a row it is left alone for a time, which grows while it
 * fails on; then one question at a time finds out whether it is back.
 *
 * A pure machine: whoever has one replaces it by what these functions return.
 */
export type Circuit =
  | { readonly kind: 'closed'; readonly failuresInARow: number }
  | { readonly kind: 'open'; readonly openings: number; readonly until: number }
  | { readonly kind: 'probing'; readonly openings: number };

/** As what a question was let through. */
export type Passage = 'ordinary' | 'probe';

export const CLOSED: Circuit = { kind: 'closed', failuresInARow: 0 };

/** More than a backend fails in a row by chance, few enough that not everybody waits for it. */
export const FAILURES_TO_OPEN = 5;
/** A backend that is being restarted is back about then. */
export const FIRST_OPENING_MS = 1_000;
/** Nobody waits longer than this for a backend that is back. */
export const LONGEST_OPENING_MS = 30_000;

/** @returns null when nothing may pass now */
export function letThrough(
  circuit: Circuit,
  now: number,
): { readonly passage: Passage; readonly circuit: Circuit } | null {
  switch (circuit.kind) {
    case 'closed':
      return { passage: 'ordinary', circuit };
    case 'open':
      if (now < circuit.until) return null;
      return { passage: 'probe', circuit: { kind: 'probing', openings: circuit.openings } };
    case 'probing':
      return null;
    default:
      return circuit satisfies never;
  }
}

/** Whatever was asked, and when: it is there, since it answers. */
export function noteAnswer(): Circuit {
  return CLOSED;
}

export function noteFailure(circuit: Circuit, passage: Passage, now: number): Circuit {
  switch (circuit.kind) {
    case 'closed': {
      const failuresInARow = circuit.failuresInARow + 1;
      return failuresInARow < FAILURES_TO_OPEN ? { kind: 'closed', failuresInARow } : open(1, now);
    }
    case 'open':
      return circuit; // of a question from before it opened: that much was known
    case 'probing':
      return passage === 'probe' ? open(circuit.openings + 1, now) : circuit;
    default:
      return circuit satisfies never;
  }
}

function open(openings: number, now: number): Circuit {
  return { kind: 'open', openings, until: now + Math.min(FIRST_OPENING_MS * 2 ** (openings - 1), LONGEST_OPENING_MS) };
}
