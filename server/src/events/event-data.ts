import { isNestedTooDeep } from '../collab/nesting.ts';

/**
 * The most that JSON can be longer than the same data without spaces and escapes, and what stands around it: what is longer
 * than this is not even read.
 */
const MOST_ESCAPED = 6;
const AROUND_BYTES = 8 * 1024;

export function mayHoldEvent(payload: string, maxDataBytes: number): boolean {
  return payload.length <= maxDataBytes * MOST_ESCAPED + AROUND_BYTES;
}

/** Data of an event as JSON; null when it is nested too deep for those who would read it. */
export function encodeEventData(data: unknown): string | null {
  return isNestedTooDeep(data) ? null : JSON.stringify(data ?? null);
}
