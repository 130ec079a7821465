import type { CollabMeters } from '../observability/metrics/collab-meters.ts';

/**
 * From this part of what may wait on, the socket is not read until less does. The rest is for what had been read before: a
 * socket's chunk of 64 KiB, or one large frame.
 */
const BRAKE_FRACTION = 0.25;

export interface WaitingLimits {
  readonly maxUnestablishedBytes: number;
  readonly maxUnestablishedFrames: number;
}

/** Whose socket is read, or not. */
export interface Braked {
  stopReading(): void;
  readOn(): void;
}

/** What waits of a session, over all its documents: at the door, for its client's step 2, and behind what takes its time. */
export class WaitingBytes {
  readonly #limits: WaitingLimits;
  readonly #brake: Braked;
  readonly #meters: Pick<CollabMeters, 'waiting'> | null;
  #frames = 0;
  #bytes = 0;
  /** Of these bytes, those that wait behind what takes its time. */
  #behindBytes = 0;
  /** Those of the one frame with which there came to be more than may wait; what was read in one piece with it follows it. */
  #overdraft = 0;
  #isBraked = false;

  constructor(limits: WaitingLimits, brake: Braked, meters: Pick<CollabMeters, 'waiting'> | null) {
    this.#limits = limits;
    this.#brake = brake;
    this.#meters = meters;
  }

  get isEmpty(): boolean {
    return this.#frames === 0 && this.#bytes === 0;
  }

  hasRoomAtDoor(bytes: number): boolean {
    const { maxUnestablishedBytes, maxUnestablishedFrames } = this.#limits;
    return this.#frames + 1 <= maxUnestablishedFrames && this.#bytes + bytes <= maxUnestablishedBytes;
  }

  /** Whether so much more may be kept of a client until it goes on. Alone it may be more, or its client could never come in. */
  hasRoomToKeep(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#limits.maxUnestablishedBytes;
  }

  countAtDoor(frames: number, bytes: number): void {
    this.#frames += frames;
    this.#count(frames, bytes);
  }

  /** @returns false where more than may wait was there already, besides one frame */
  beginBehind(bytes: number): boolean {
    const { maxUnestablishedBytes: most } = this.#limits;
    // Not with what it adds: a frame that is larger than all that may wait would never pass.
    if (this.#bytes - this.#overdraft > most) return false;
    if (this.#overdraft === 0 && this.#bytes + bytes > most) this.#overdraft = bytes;
    this.#count(1, bytes);
    this.#behindBytes += bytes;
    if (!this.#isBraked && this.#behindBytes > most * BRAKE_FRACTION) {
      this.#isBraked = true;
      this.#brake.stopReading();
    }
    return true;
  }

  endBehind(bytes: number): void {
    this.#count(-1, -bytes);
    this.#behindBytes -= bytes;
    if (bytes === this.#overdraft) this.#overdraft = 0;
    // Only by what goes away by itself: who waits at the door may have to send something first.
    if (this.#isBraked && this.#behindBytes <= this.#limits.maxUnestablishedBytes * BRAKE_FRACTION) {
      this.#isBraked = false;
      this.#brake.readOn();
    }
  }

  #count(frames: number, bytes: number): void {
    this.#bytes += bytes;
    this.#meters?.waiting(frames, bytes);
  }
}
