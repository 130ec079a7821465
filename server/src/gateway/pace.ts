import type { Clock } from '../clock.ts';
import type { Reading } from './reading.ts';

export interface PaceLimits {
  readonly maxFramesPerSecond: number;
  readonly maxReceivedBytesPerSecond: number;
  /** How much may come at once, in ms of either rate: what somebody brings who opens many documents, or pastes. */
  readonly rateBurstMs: number;
}

const SECOND_MS = 1000;

/**
 * How fast one session may send: two token buckets, of frames and of bytes. Whoever sends more is read no further until
 * there are tokens again. Each bucket is the moment at which it will be full: a frame moves it on by what the frame takes
 * to be refilled, and what lies further ahead than the burst is debt. A single frame may be larger than a bucket, and is
 * paid for afterwards.
 */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #reading: Pick<Reading, 'pauseFor' | 'resumeFor'>;
  readonly #clock: Clock;
  #framesFullAt = 0;
  #bytesFullAt = 0;
  #cancelWait: (() => void) | null = null;

  constructor(limits: PaceLimits, reading: Pick<Reading, 'pauseFor' | 'resumeFor'>, clock: Clock) {
    this.#limits = limits;
    this.#reading = reading;
    this.#clock = clock;
  }

  /** A frame has been read. */
  spend(bytes: number, nowMs: number): void {
    const { maxFramesPerSecond, maxReceivedBytesPerSecond } = this.#limits;
    this.#framesFullAt = Math.max(this.#framesFullAt, nowMs) + SECOND_MS / maxFramesPerSecond;
    this.#bytesFullAt = Math.max(this.#bytesFullAt, nowMs) + (bytes * SECOND_MS) / maxReceivedBytesPerSecond;
    if (this.#cancelWait === null && this.#debtMs(nowMs) > 0) this.#wait(nowMs);
  }

  stop(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
  }

  #debtMs(nowMs: number): number {
    return Math.max(this.#framesFullAt, this.#bytesFullAt) - nowMs - this.#limits.rateBurstMs;
  }

  /** The rest of what was read at once goes on being spent meanwhile, so the end of the wait is looked at again. */
  #wait(nowMs: number): void {
    this.#reading.pauseFor('rate');
    this.#cancelWait = this.#clock.after(Math.ceil(this.#debtMs(nowMs)), () => {
      this.#cancelWait = null;
      const now = this.#clock.monotonicMs();
      if (this.#debtMs(now) > 0) this.#wait(now);
      else this.#reading.resumeFor('rate');
    });
  }
}
