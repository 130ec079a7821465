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

type Standing = 'present' | 'doubtful' | 'gone';

/** Which processes are there, for whoever shows their people: people of a process that is gone are gone (G7). */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #present = new Set<string>();
  /** Alive, and lost all the same: it may answer in a room, and be shown there again. */
  readonly #doubtful = new Set<string>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  note(): void {
    const { strangers, watch } = this.#options;
    for (const incarnation of watch.incarnations) {
      const heard = watch.get(incarnation);
      this.#note(incarnation, heard === undefined ? 'gone' : this.#standingOf(heard));
    }
    for (const incarnation of strangers.incarnations) {
      // One that can be read by now is judged by what it says.
      const standing = strangers.isAlive(incarnation) ? 'present' : 'gone';
      if (watch.get(incarnation) === undefined) this.#note(incarnation, standing);
    }
  }

  #note(incarnation: string, standing: Standing): void {
    switch (standing) {
      case 'present':
        this.#doubtful.delete(incarnation);
        if (this.#present.has(incarnation)) return;
        this.#present.add(incarnation);
        this.#options.onMet(incarnation);
        return;
      case 'doubtful':
        if (!this.#present.delete(incarnation)) return;
        this.#doubtful.add(incarnation);
        this.#options.onLost(incarnation);
        return;
      case 'gone':
        this.lose(incarnation);
        return;
      default:
        standing satisfies never;
    }
  }

  lose(incarnation: string): void {
    const [wasPresent, wasDoubtful] = [this.#present.delete(incarnation), this.#doubtful.delete(incarnation)];
    if (wasPresent || wasDoubtful) this.#options.onLost(incarnation);
  }

  #standingOf(heard: Heard): Standing {
    const { watch, membership } = this.#options;
    if (!watch.isAlive(heard)) return 'gone';
    if (this.#isUnheard(heard)) return 'doubtful';
    const { node, generation } = heard.announcement;
    // A copy of this node's own directory is another process, and both are there.
    if (node === membership.node) return 'present';
    const hasLater = watch.of(node).some((other) => other.announcement.generation > generation && watch.isAlive(other));
    // It restarted, and the process before is over, however lately it was heard; or one of the two runs from a copy.
    return hasLater ? 'doubtful' : 'present';
  }

  #isUnheard({ firstHeardAt, onBusAt }: Heard): boolean {
    const { clock, onBusSince } = this.#options;
    const since = onBusSince();
    return since !== null && clock.monotonicMs() - Math.max(since, onBusAt ?? firstHeardAt) >= UNHEARD_AFTER_MS;
  }
}
