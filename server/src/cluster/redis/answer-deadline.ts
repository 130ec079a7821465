/** Half a megabit a second: what a line has to manage, either way, and to the average. */
export const SLOWEST_BYTES_PER_MS = 64;

/** Of a command that waits for its answer. */
export interface Asked {
  readonly at: number;
  readonly deadlineMs: number;
  /** What had to arrive there first: its own bytes, and those of the commands before it that were not answered. */
  readonly bytesAhead: number;
}

/** The last answer to a command before it. */
export interface Answered {
  readonly at: number;
  /** What has to arrive there first since. */
  readonly bytesAhead: number;
}

/** What came over its line, of this answer or of another. */
export interface Heard {
  /** The last time that something did. */
  readonly at: number;
  /** Since the command was asked. */
  readonly bytes: number;
  /** null while there was none since the command was asked. */
  readonly answered: Answered | null;
}

/**
 * Until when an answer is waited for: a deadline after the last sign of life, so that a narrow line is not taken for a broken
 * one whatever the size of a command or of its answer, and no longer than the slowest line would need for them.
 *
 * Of what was sent, there is no sign but the answers: the system takes megabytes before any of them has left. So it is given the
 * time that it may take, and silence begins after that. What is answered has arrived, and with it all that was before it: from
 * then on only the rest has a time to take.
 */
export function answerDueAt(asked: Asked, heard: Heard): number {
  const sentAt = Math.min(
    arrivesAt(asked),
    heard.answered === null ? Number.POSITIVE_INFINITY : arrivesAt(heard.answered),
  );
  const silentAt = Math.max(sentAt, heard.at);
  const tooSlowAt = sentAt + heard.bytes / SLOWEST_BYTES_PER_MS;
  return Math.min(silentAt, tooSlowAt) + asked.deadlineMs;
}

function arrivesAt({ at, bytesAhead }: Answered): number {
  return at + bytesAhead / SLOWEST_BYTES_PER_MS;
}
