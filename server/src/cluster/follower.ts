import type { ClusterBus } from './cluster-bus.ts';

/** Keeps the bus reading what every other incarnation publishes, and knows since when it does. */
export class Follower {
  readonly #bus: Pick<ClusterBus, 'follow' | 'status'>;
  readonly #onFollowed: () => void;
  #followed: ReadonlySet<string> = new Set();
  #isAsking = false;

  constructor(bus: Pick<ClusterBus, 'follow' | 'status'>, onFollowed: () => void) {
    this.#bus = bus;
    this.#onFollowed = onFollowed;
  }

  get followed(): ReadonlySet<string> {
    return this.#followed;
  }

  /** Of an incarnation that is new, everything that the bus still has is read first. */
  follow(incarnations: readonly string[]): void {
    const wanted = new Set(incarnations);
    if (this.#isAsking || this.#bus.status.state !== 'connected' || isSameSet(wanted, this.#followed)) return;
    this.#isAsking = true;
    void this.#ask(wanted);
  }

  async #ask(wanted: ReadonlySet<string>): Promise<void> {
    try {
      await this.#bus.follow([...wanted]);
      this.#followed = wanted;
    } catch {
      // The status says why; with the next beat it is asked again.
      return;
    } finally {
      this.#isAsking = false;
    }
    this.#onFollowed();
  }
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && one.isSubsetOf(other);
}
