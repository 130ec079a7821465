import type { Clock } from '../clock.ts';

interface Appointment {
  readonly at: number;
  readonly task: () => void;
}

/** Time that moves only when told to. */
export class ManualClock implements Clock {
  #now: number;
  #elapsedMs = 0;
  readonly #appointments = new Set<Appointment>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const appointment = { at: this.#now + delayMs, task };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  every(intervalMs: number, task: () => void): () => void {
    let cancel = (): void => {};
    const rearm = (): void => {
      cancel = this.after(intervalMs, () => {
        rearm();
        task();
      });
    };
    rearm();
    return () => cancel();
  }

  /** How many tasks wait: zero once everything that was started has been disposed of. */
  get pending(): number {
    return this.#appointments.size;
  }

  /** Runs what falls due on the way, in order of time; what is due at once, in the order in which it was asked for. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#firstDue(end); next !== undefined; next = this.#firstDue(end)) {
      this.#appointments.delete(next);
      this.#moveTo(Math.max(this.#now, next.at));
      next.task();
    }
    this.#moveTo(end);
  }

  #moveTo(now: number): void {
    this.#elapsedMs += now - this.#now;
    this.#now = now;
  }

  #firstDue(end: number): Appointment | undefined {
    let first: Appointment | undefined;
    for (const appointment of this.#appointments) {
      if (appointment.at <= end && (first === undefined || appointment.at < first.at)) first = appointment;
    }
    return first;
  }
}
