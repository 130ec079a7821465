import type { Logger } from '../observability/log.ts';
import { type Announcement, encodeAnnouncement } from './announcement.ts';
import { BusError, type ClusterBus } from './cluster-bus.ts';
import type { CommonTime } from './common-time.ts';
import type { Ears } from './ears.ts';
import { Follower } from './follower.ts';
import type { Standing } from './readiness.ts';
import { SkewWatch } from './skew-watch.ts';
import type { Watch } from './watch.ts';

/** Everybody announces once a beat: who starts for the first time has heard all that are there after three. */
const READS_OF_A_FIRST_START = 3;

export interface BusExchangeOptions {
  readonly bus: ClusterBus;
  readonly watch: Watch;
  readonly ears: Ears;
  readonly time: CommonTime;
  readonly log: Logger;
  /** What this node says of itself now. */
  readonly word: () => Announcement;
  readonly take: (from: string, records: readonly Uint8Array[]) => Promise<void>;
  readonly onHeard: () => void;
}

/** Says over the bus how this node is, and reads how the others are, and what they publish. */
export class BusExchange {
  readonly #options: BusExchangeOptions;
  readonly #follower: Follower;
  readonly #skewWatch: SkewWatch;
  #isRunning = false;
  #isClosed = false;
  /** How often the announcements were read, and whose records were followed when they were last. */
  #reads = 0;
  #readAfter: ReadonlySet<string> = new Set();
  #absences = 0;
  #hasReadSince = false;

  constructor(options: BusExchangeOptions) {
    this.#options = options;
    const { bus, log, take } = options;
    this.#skewWatch = new SkewWatch(log);
    this.#follower = new Follower({ bus, take, onFollowed: () => void this.run() });
  }

  async run(): Promise<void> {
    const { bus, ears, log, onHeard, time, watch, word } = this.#options;
    if (this.#isRunning || this.#isClosed || bus.status.state !== 'connected') return;
    this.#isRunning = true;
    const absences = this.#absences;
    try {
      await time.ask(() => bus.time());
      this.#skewWatch.note(time.skewMs);
      await bus.announce(encodeAnnouncement(word()));
      // Asked after they began to be followed, or it does not count (R12).
      const { followed } = this.#follower;
      const said = await bus.announcements();
      this.#reads += 1;
      this.#readAfter = followed;
      ears.hearBus(said, followed);
      // A reading that began before the bus was away may be an old one.
      this.#hasReadSince = absences === this.#absences;
      this.#follower.follow(watch.incarnations);
    } catch (error) {
      // Of its own errors the bus's status tells; the next beat tries again.
      if (!(error instanceof BusError)) log.error({ err: error }, 'What nodes say can not be exchanged');
    } finally {
      this.#isRunning = false;
    }
    onHeard();
  }

  /** Whether all announcements were read since the bus was last away. */
  get hasReadSince(): boolean {
    return this.#hasReadSince;
  }

  busIsAway(): void {
    this.#absences += 1;
    this.#hasReadSince = false;
  }

  /** @param isFormed whether this is a later start than the first */
  standing(isFormed: boolean): Standing['bus'] {
    switch (this.#options.bus.status.state) {
      case 'connecting':
        return 'connecting';
      case 'away':
      case 'closed':
        return 'away';
      case 'connected': {
        const hasRead = this.#reads >= (isFormed ? 1 : READS_OF_A_FIRST_START);
        const isFollowing = this.#options.watch.incarnations.every((each) => this.#readAfter.has(each));
        return hasRead && isFollowing ? 'following' : 'connected';
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#follower.close();
  }
}
