import type { Membership } from './membership.ts';
import type { Heard, Watch } from './watch.ts';

export interface AttendanceOptions {
  readonly watch: Watch;
  readonly membership: Pick<Membership, 'node'>;
  readonly onMet: (incarnation: string) => void;
  readonly onLost: (incarnation: string) => void;
}

/** Which processes are there, for whoever shows their people: people of a process that is gone are gone (G7). */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #present = new Set<string>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  note(): void {
    const { watch, onMet } = this.#options;
    for (const incarnation of watch.incarnations) {
      const heard = watch.get(incarnation);
      if (heard === undefined || !this.#isPresent(heard)) {
        this.lose(incarnation);
      } else if (!this.#present.has(incarnation)) {
        this.#present.add(incarnation);
        onMet(incarnation);
      }
    }
  }

  lose(incarnation: string): void {
    if (this.#present.delete(incarnation)) this.#options.onLost(incarnation);
  }

  #isPresent(heard: Heard): boolean {
    const { watch, membership } = this.#options;
    if (!watch.isAlive(heard)) return false;
    const { node, generation } = heard.announcement;
    // A copy of this node's own directory is another process, and both are there.
    if (node === membership.node) return true;
    const hasLater = watch.of(node).some((other) => other.announcement.generation > generation && watch.isAlive(other));
    // It restarted: the process before is over, however lately it was heard.
    return !hasLater;
  }
}
