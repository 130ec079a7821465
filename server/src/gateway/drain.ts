import { type CloseCode, closeCodes, MAX_RETRY_HINT_MS, type RetryHint, withRetryHint } from '@quire/protocol';
import type { Clock } from '../clock.ts';

/** How the time of a drain is divided. */
export interface DrainPlan {
  /** Over how long the sessions are told to go. */
  readonly spreadMs: number;
  /** How long the receipts of what a session has sent may take before it is told to go without them. */
  readonly receiptsMs: number;
  /** How long the last ones have to say goodbye before their sockets are cut. */
  readonly goodbyeMs: number;
}

export interface StopPlan extends DrainPlan {
  /** How long large updates may still be judged once everybody is gone, and hooks of extensions go on. */
  readonly judgingMs: number;
}

/**
 * Divides the time that there is until the deadline: at most half of it for closing in slices, and an eighth each for a
 * disk and for clients that don't answer, and for updates that take long to judge, or hooks that take long over them. So whatever
 * those do, an eighth is left to flush what was sent.
 */
export function planDrain(deadlineMs: number, spreadMs: number): StopPlan {
  return {
    spreadMs: Math.min(spreadMs, deadlineMs / 2),
    receiptsMs: Math.min(MAX_RECEIPTS_MS, deadlineMs / 8),
    goodbyeMs: Math.min(MAX_GOODBYE_MS, deadlineMs / 8),
    judgingMs: deadlineMs / 8,
  };
}

/** A working disk takes milliseconds; one that is slower than this has had its chance. */
const MAX_RECEIPTS_MS = 1_000;
/** Some round trips on a bad line. */
const MAX_GOODBYE_MS = 1_500;

/** Measured with nine thousand: all at once, the loop answered nobody for 1.6 s; in these slices, for 50 ms at most. */
const SLICE_SESSIONS = 100;
const SLICE_INTERVAL_MS = 20;

/** As fast as clients should come back: ten thousand are spread over all that a hint may ask for. */
const RETURNS_PER_MS = 4;
/** No restart takes less, so that a few who come back sooner would only find the door shut. */
const SHORTEST_WINDOW_MS = 500;

export interface DrainedSession {
  close(code: CloseCode): void;
}

export interface DrainOptions {
  readonly sessions: readonly DrainedSession[];
  readonly plan: DrainPlan;
  readonly clock: Clock;
  /** Resolves once everything that any session has sent so far has its receipt, or was refused. */
  settled(): Promise<void>;
}

/**
 * Tells every session "service restart" and when to come back, slice by slice: ten thousand at once would hold up the
 * event loop, and bring all those back at once whose provider knows no spreading. What a session has sent before its
 * slice is receipted before it is told; what it sends after that, its client sends again. Resolves when all are told.
 */
export async function tellSessionsToGo({ sessions, plan, clock, settled }: DrainOptions): Promise<void> {
  const goodbye = withRetryHint(closeCodes.serviceRestart, chooseRetryHint(sessions.length));
  const tell = async (slice: readonly DrainedSession[]): Promise<void> => {
    await atMost(plan.receiptsMs, settled(), clock);
    for (const session of slice) session.close(goodbye);
  };
  const beganAt = clock.monotonicMs();
  const slices: Promise<void>[] = [];
  for (let begun = 0; begun < sessions.length; ) {
    const due = countDue(sessions.length, clock.monotonicMs() - beganAt, plan.spreadMs);
    slices.push(tell(sessions.slice(begun, due)));
    begun = due;
    if (begun < sessions.length) await pass(SLICE_INTERVAL_MS, clock);
  }
  await Promise.all(slices);
}

/**
 * How many of the sessions should be on their way out by now: in slices of {@link SLICE_SESSIONS} while that takes no
 * longer than it may, larger ones otherwise. Counted from the time that has passed, so that a busy loop makes up for it.
 */
export function countDue(total: number, elapsedMs: number, spreadMs: number): number {
  const leisurelyMs = (Math.ceil(total / SLICE_SESSIONS) - 1) * SLICE_INTERVAL_MS;
  const lastsMs = Math.min(leisurelyMs, spreadMs);
  if (elapsedMs >= lastsMs) return total;
  return Math.ceil((total * (elapsedMs + SLICE_INTERVAL_MS)) / (lastsMs + SLICE_INTERVAL_MS));
}

/** The more go, the longer the time over which they come back. */
export function chooseRetryHint(sessions: number): RetryHint {
  const maxMs = Math.min(Math.max(sessions / RETURNS_PER_MS, SHORTEST_WINDOW_MS), MAX_RETRY_HINT_MS);
  return { minMs: Math.round(maxMs / 5), maxMs: Math.round(maxMs) };
}

function pass(delayMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

async function atMost(limitMs: number, task: Promise<void>, clock: Clock): Promise<void> {
  let cancel = (): void => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.after(limitMs, resolve);
  });
  try {
    await Promise.race([task, limit]);
  } finally {
    cancel();
  }
}
