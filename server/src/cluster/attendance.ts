import type { Clock } from '../clock.ts';
import type { Membership } from './membership.ts';
import type { Strangers } from './strangers.ts';
import type { Heard, Watch } from './watch.ts';

export interface AttendanceOptions {
  readonly watch: Watch;
  readonly strangers: Pick<Strangers, 'incarnations' | 'isAlive' | 'mayBeAlive'>;
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

type Standing =
  | 'present'
  /** Alive, and lost all the same: it may answer in a room, and be shown there again. */
  | 'doubtful'
  | 'gone';

/** Which processes are there, for whoever shows their people: people of a process that is gone are gone (G7). */
export class Attendance {
  readonly #options: AttendanceOptions;
  /** As it was told last. */
  readonly #standings = new Map<string, Standing>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  note(): void {
    const { strangers, watch } = this.#options;
    const known = new Set([...watch.incarnations, ...strangers.incarnations]);
    for (const incarnation of known) {
      const heard = watch.get(incarnation);
      // One that can be read by now is judged by what it says.
      const standing = heard === undefined ? this.#standingOfStranger(incarnation) : this.#standingOf(heard);
      if (standing !== null) this.#note(incarnation, standing);
    }
    for (const incarnation of this.#standings.keys()) if (!known.has(incarnation)) this.lose(incarnation);
  }

  #note(incarnation: string, standing: Standing): void {
    const before = this.#standings.get(incarnation) ?? null;
    if (before === standing || (standing === 'doubtful' && before !== 'present')) return;
    this.#standings.set(incarnation, standing);
    if (standing === 'present') this.#options.onMet(incarnation);
    else this.#options.onLost(incarnation);
  }

  lose(incarnation: string): void {
    const before = this.#standings.get(incarnation);
    this.#standings.delete(incarnation);
    if (before === 'present' || before === 'doubtful') this.#options.onLost(incarnation);
  }

  /**
   * Who was heard once and never again is gone as well: a process may be ready and have people before it has announced itself
   * twice, and die then. Null while nothing can be told of it yet.
   */
  #standingOf(heard: Heard): Standing | null {
    const { watch, membership } = this.#options;
    if (!watch.isAlive(heard)) return heard.ownSince === null || watch.mayBeAlive(heard) ? null : 'gone';
    if (this.#isUnheard(heard)) return 'doubtful';
    const { node, generation } = heard.announcement;
    // A copy of this node's own directory is another process, and both are there.
    if (node === membership.node) return 'present';
    const hasLater = watch.of(node).some((other) => other.announcement.generation > generation && watch.isAlive(other));
    // It restarted, and the process before is over, however lately it was heard; or one of the two runs from a copy.
    return hasLater ? 'doubtful' : 'present';
  }

  #standingOfStranger(incarnation: string): Standing | null {
    const { strangers } = this.#options;
    if (strangers.isAlive(incarnation)) return 'present';
    return strangers.mayBeAlive(incarnation) ? null : 'gone';
  }

  #isUnheard({ firstHeardAt, onBusAt }: Heard): boolean {
    const { clock, onBusSince } = this.#options;
    const since = onBusSince();
    return since !== null && clock.monotonicMs() - Math.max(since, onBusAt ?? firstHeardAt) >= UNHEARD_AFTER_MS;
  }
}
