import type { WaitingFrame } from './document-connection.ts';

/** Frames that something keeps from being submitted to their document yet. */
export interface Arrival {
  /** Resolves once all that have come so far are submitted, or never will be. */
  settled(): Promise<void>;
}

/** A frame in a lane. */
export interface LaneFrame extends WaitingFrame {
  /** Whether its client had been told nothing when it sent this. */
  readonly isEntering: boolean;
}

type Entry = LaneFrame | { readonly reached: () => void };

/**
 * What a connection has sent behind a frame that takes its time, because hooks look at it or because it is judged in a
 * thread: no content overtakes, and none is dropped (R4).
 */
export class FrameLane implements Arrival {
  readonly #entries: Entry[] = [];
  #hasGoodbye = false;

  /** What comes from now on is for another connection under the same address. */
  get hasGoodbye(): boolean {
    return this.#hasGoodbye;
  }

  push(frame: LaneFrame): void {
    this.#entries.push(frame);
    if (frame.frame.kind === 'close') this.#hasGoodbye = true;
  }

  /** The next one, once the one before has been handled; null when none is left. */
  take(): LaneFrame | null {
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      if ('frame' in entry) return entry;
      entry.reached();
    }
    return null;
  }

  /** All that are left. */
  takeAll(): LaneFrame[] {
    const frames: LaneFrame[] = [];
    for (let frame = this.take(); frame !== null; frame = this.take()) frames.push(frame);
    return frames;
  }

  settled(): Promise<void> {
    return new Promise((resolve) => this.#entries.push({ reached: resolve }));
  }
}
