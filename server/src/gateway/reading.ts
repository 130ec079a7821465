import type { Duplex } from 'node:stream';
import { type PauseReason, pauseReasons } from '../observability/metrics/label-values.ts';

/** A socket, as far as it can be told to wait. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Who is told whether a socket is read. */
export interface ReadingListener {
  /** There is a reason more. */
  onPauseReason(reason: PauseReason): void;
  onPaused(): void;
  onReadOn(): void;
}

/**
 * Whether a socket is read. Several may each have a reason why it should wait; it is read again when none is left.
 * What waits stays in the network, where it holds up its sender and costs us nothing: no frame is dropped (R4).
 */
export class Reading {
  readonly #socket: Pausable;
  readonly #listener: ReadingListener | null;
  /** A bit for each reason: a set would weigh more than the rest. */
  #reasons = 0;
  #isOver = false;
  #isPeeking = false;

  constructor(socket: Pausable, listener: ReadingListener | null) {
    this.#socket = socket;
    this.#listener = listener;
  }

  get isPaused(): boolean {
    return this.#reasons !== 0;
  }

  /** The next bytes that come are let through, and none have come yet. */
  get isPeeking(): boolean {
    return this.#isPeeking;
  }

  /** More than once for one reason is once. What has left the network already is still handed on. */
  pauseFor(reason: PauseReason): void {
    const reasons = this.#reasons | bitOf(reason);
    if (this.#isOver || reasons === this.#reasons) return;
    this.#listener?.onPauseReason(reason);
    if (this.#reasons === 0) this.#pause();
    this.#reasons = reasons;
  }

  resumeFor(reason: PauseReason): void {
    const reasons = this.#reasons & ~bitOf(reason);
    if (reasons === this.#reasons) return;
    this.#reasons = reasons;
    if (reasons === 0) this.#resume();
  }

  /** From now on it is read whatever happens: the other side's goodbye waits behind what is not wanted any more. */
  end(): void {
    this.#isOver = true;
    if (this.#reasons === 0) return;
    this.#reasons = 0;
    this.#resume();
  }

  /**
   * Lets the next bytes through that come, while it waits: one read from the network, 64 KiB at the most. So little holds up
   * nobody, and shows that somebody is there.
   */
  peek(line: Pick<Duplex, 'once'>, onBytes: () => void): void {
    if (this.#reasons === 0 || this.#isPeeking) return;
    this.#isPeeking = true;
    this.#socket.resume();
    // Behind the listener of `ws`: what these bytes bring has been handled by then.
    line.once('data', () => {
      this.#isPeeking = false;
      if (this.#reasons !== 0) this.#socket.pause();
      onBytes();
    });
  }

  #pause(): void {
    this.#listener?.onPaused();
    if (!this.#isPeeking) this.#socket.pause();
  }

  #resume(): void {
    this.#listener?.onReadOn();
    this.#socket.resume();
  }
}

function bitOf(reason: PauseReason): number {
  return 1 << pauseReasons.indexOf(reason);
}
