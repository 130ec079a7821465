import type { Clock } from '../clock.ts';

/**
 * The goodbye of a closed tab waits behind what is not read. A system answers for a process that is gone, though, once something is
 * sent to it, and the next write finds that out: with two of these within a second, whoever has left is on no screen (G7).
 */
const LOOK_MS = 400;

/** A session that is not read. */
export interface PausedSession {
  /** Sends something that needs no answer. */
  probe(): void;
}

/** Looks after the sessions that are not read, while there are any. */
export class PausedSessions {
  readonly #clock: Clock;
  readonly #sessions = new Set<PausedSession>();
  #stopLooking: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(session: PausedSession): void {
    this.#sessions.add(session);
    if (this.#sessions.size > 1) return;
    this.#stopLooking = this.#clock.every(LOOK_MS, () => {
      for (const each of [...this.#sessions]) each.probe();
    });
  }

  delete(session: PausedSession): void {
    if (this.#sessions.delete(session) && this.#sessions.size === 0) this.#stopLooking();
  }
}
