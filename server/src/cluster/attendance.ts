import type { Clock } from '../clock.ts';
import type { Membership } from './membership.ts';
import type { Strangers } from './strangers.ts';
import type { Heard, Watch } from './watch.ts';

export interface AttendanceOptions {
  readonly watch: Watch;
  readonly strangers: Pick<Strangers, 'incarnations' | 'isAlive'>;
  readonly membership: Pick<Membership, 'node'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Since when this node hears the bus, monotonic; null while it does not, which says nothing of the others. */
  readonly onBusSince: () => number | null;
  readonly onMet: (incarnation: string) => void;
  readonly onLost: (incarnation: string) => void;
}

/**
 * A node that can't be heard on the bus for so long does not tell there who has left it, though it answers when it is asked: its
 * people would stay on screens as they were. After a stop of the bus everybody is back within less.
 */
export const UNHEARD_AFTER_MS = 10_000;

/** Which processes are there, for whoever shows their people: people of a process that is gone are gone (G7). */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #present = new Set<string>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  note(): void {
    const { strangers, watch } = this.#options;
    for (const incarnation of watch.incarnations) {
      const heard = watch.get(incarnation);
      this.#note(incarnation, heard !== undefined && this.#isPresent(heard));
    }
    for (const incarnation of strangers.incarnations) {
      // One that can be read by now is judged by what it says.
      if (watch.get(incarnation) === undefined) this.#note(incarnation, strangers.isAlive(incarnation));
    }
  }

  #note(incarnation: string, isPresent: boolean): void {
    if (!isPresent) {
      this.lose(incarnation);
    } else if (!this.#present.has(incarnation)) {
      this.#present.add(incarnation);
      this.#options.onMet(incarnation);
    }
  }

  lose(incarnation: string): void {
    if (this.#present.delete(incarnation)) this.#options.onLost(incarnation);
  }

  #isPresent(heard: Heard): boolean {
    const { watch, membership } = this.#options;
    if (!watch.isAlive(heard) || this.#isUnheard(heard)) return false;
    const { node, generation } = heard.announcement;
    // A copy of this node's own directory is another process, and both are there.
    if (node === membership.node) return true;
    const hasLater = watch.of(node).some((other) => other.announcement.generation > generation && watch.isAlive(other));
    // It restarted: the process before is over, however lately it was heard.
    return !hasLater;
  }

  #isUnheard({ firstHeardAt, onBusAt }: Heard): boolean {
    const { clock, onBusSince } = this.#options;
    const since = onBusSince();
    return since !== null && clock.monotonicMs() - Math.max(since, onBusAt ?? firstHeardAt) >= UNHEARD_AFTER_MS;
  }
}
