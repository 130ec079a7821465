import type { CloseCode } from './close-codes.ts';

/**
 * When a client that is sent away should try again: at a moment between these, which each draws for itself, so that all
 * the clients of a server do not return in one.
 */
export interface RetryHint {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The longest that a hint may ask for. Nobody shall wait more than 3 s once a restarted server is ready, and the last
 * half second is for the handshake; a longer hint could be drawn the moment before.
 */
export const MAX_RETRY_HINT_MS = 2_500;

const FORM = /; retry in (\d{1,9})-(\d{1,9}) ms$/;

/**
 * The code with a hint at the end of its reason, such as `the server is restarting; retry in 500-2500 ms`. Providers that
 * know nothing of hints have no use for a reason, and go by the code.
 */
export function withRetryHint(code: CloseCode, { minMs, maxMs }: RetryHint): CloseCode {
  return { ...code, reason: `${code.reason}; retry in ${Math.round(minMs)}-${Math.round(maxMs)} ms` };
}

/** What a close reason says about when to return, held to {@link MAX_RETRY_HINT_MS} whoever wrote it; null when nothing. */
export function readRetryHint(reason: string): RetryHint | null {
  const [, min, max] = FORM.exec(reason) ?? [];
  if (min === undefined || max === undefined || Number(min) > Number(max)) return null;
  return { minMs: Math.min(Number(min), MAX_RETRY_HINT_MS), maxMs: Math.min(Number(max), MAX_RETRY_HINT_MS) };
}
