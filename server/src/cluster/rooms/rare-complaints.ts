import type { Clock } from '../../clock.ts';
import type { Logger } from '../../observability/log.ts';

/** What goes wrong here goes wrong with every message: once a minute says as much. */
export const COMPLAIN_EVERY_MS = 60_000;

/** Says each problem when it shows, and from then on once a minute how often it did. */
export class RareComplaints {
  readonly #log: Logger;
  readonly #clock: Clock;
  /** Problems are texts of ours: there are few. */
  readonly #said = new Map<string, { at: number; unsaid: number }>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  complain(problem: string, error?: unknown): void {
    const now = this.#clock.monotonicMs();
    const said = this.#said.get(problem);
    if (said !== undefined && now - said.at < COMPLAIN_EVERY_MS) {
      said.unsaid += 1;
      return;
    }
    const before = said === undefined || said.unsaid === 0 ? {} : { times: said.unsaid + 1 };
    this.#log.warn({ ...(error === undefined ? {} : { err: error }), ...before }, problem);
    this.#said.set(problem, { at: now, unsaid: 0 });
  }
}
