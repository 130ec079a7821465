import type { ClusterBus } from './cluster-bus.ts';

export interface FollowerOptions {
  readonly bus: Pick<ClusterBus, 'follow' | 'past' | 'status'>;
  readonly take: (from: string, records: readonly Uint8Array[]) => Promise<void>;
  readonly onFollowed: () => void;
}

/**
 * Keeps the bus reading what every other incarnation publishes, and knows since when it does. What was published before is
 * read once: a node may have died with what it receipted in a moment in which nobody else was there.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #asked: ReadonlySet<string> = new Set();
  #followed: ReadonlySet<string> = new Set();
  #isAsking = false;
  #isClosed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Of these, everything that the bus had and will have is taken. */
  get followed(): ReadonlySet<string> {
    return this.#followed;
  }

  follow(incarnations: readonly string[]): void {
    const wanted = new Set(incarnations);
    const isSame = isSameSet(wanted, this.#asked) && isSameSet(wanted, this.#followed);
    if (this.#isAsking || isSame || this.#options.bus.status.state !== 'connected') return;
    this.#isAsking = true;
    void this.#ask(wanted);
  }

  close(): void {
    this.#isClosed = true;
  }

  async #ask(wanted: ReadonlySet<string>): Promise<void> {
    const { bus, take, onFollowed } = this.#options;
    try {
      await bus.follow([...wanted]);
      this.#asked = wanted;
      this.#followed = new Set([...this.#followed].filter((each) => wanted.has(each)));
      for (const incarnation of wanted) {
        if (this.#followed.has(incarnation)) continue;
        for await (const records of bus.past(incarnation)) {
          if (this.#isClosed) return;
          await take(incarnation, records);
        }
        this.#followed = new Set([...this.#followed, incarnation]);
      }
    } catch {
      // The status says why; with the next beat it is asked again.
      return;
    } finally {
      this.#isAsking = false;
    }
    if (!this.#isClosed) onFollowed();
  }
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
