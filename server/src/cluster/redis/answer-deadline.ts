/** Half a megabit a second: what a line has to manage, either way, and to the average. */
export const SLOWEST_BYTES_PER_MS = 64;

/** Of a command that waits for its answer. */
export interface Asked {
  readonly at: number;
  readonly deadlineMs: number;
  /** What has to arrive there first: its own bytes, and those of the commands before it that are not answered. */
  readonly bytesAhead: number;
}

/** What came over its line, of this answer or of another. */
export interface Heard {
  /** The last time that something did. */
  readonly at: number;
  /** Since the command was asked. */
  readonly bytes: number;
}

/**
 * Until when an answer is waited for: a deadline after the last sign of life, so that a narrow line is not taken for a broken
 * one whatever the size of a command or of its answer, and no longer than the slowest line would need for them.
 *
 * Of what was sent, there is no sign: the system takes megabytes before any of them has left. So it is given the time that it
 * may take, and silence begins after that.
 */
export function answerDueAt(asked: Asked, heard: Heard): number {
  const sentAt = asked.at + asked.bytesAhead / SLOWEST_BYTES_PER_MS;
  const silentAt = Math.max(sentAt, heard.at);
  const tooSlowAt = sentAt + heard.bytes / SLOWEST_BYTES_PER_MS;
  return Math.min(silentAt, tooSlowAt) + asked.deadlineMs;
}
