export interface Silence {
  readonly now: number;
  readonly heardAt: number;
  /** When an unanswered probe went out, or null. */
  readonly probedAt: number | null;
  /** The server owes us a receipt or a handshake. */
  readonly awaiting: boolean;
  /** A room has been let in, so there is somebody to ask for a sign of life. */
  readonly canProbe: boolean;
}

/** A frozen network is suspected sooner while somebody's change is waiting. */
const PROBE_WHEN_AWAITING_MS = 3_000;
const PROBE_WHEN_IDLE_MS = 20_000;
const ANSWER_TIMEOUT_MS = 6_000;
/** The server lets nobody in before the document is loaded, and a large one on a busy disk takes seconds. */
const JOINING_TIMEOUT_MS = 20_000;

/**
 * Whether a silent connection still has a server behind it. Once a room was let in, never "dead" without a probe that
 * stayed unanswered: timers of hidden tabs run late, and a server whose disk is slow owes receipts but answers a probe.
 */
export function judgeSilence(silence: Silence): 'alive' | 'probe' | 'dead' {
  const { now, heardAt, probedAt, awaiting, canProbe } = silence;
  if (probedAt !== null) return now - probedAt >= ANSWER_TIMEOUT_MS ? 'dead' : 'alive';
  if (!canProbe) return awaiting && now - heardAt >= JOINING_TIMEOUT_MS ? 'dead' : 'alive';
  return now - heardAt >= (awaiting ? PROBE_WHEN_AWAITING_MS : PROBE_WHEN_IDLE_MS) ? 'probe' : 'alive';
}
