import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { type PauseReason, pauseReasons } from '../observability/metrics/label-values.ts';

/** A socket, as far as it can be told to wait. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/**
 * Whether a socket is read. Several may each have a reason why it should wait; it is read again when none is left.
 * What waits stays in the network, where it holds up its sender and costs us nothing: no frame is dropped (R4).
 */
export class Reading {
  readonly #socket: Pausable;
  readonly #meters: GatewayMeters | null;
  /** A bit for each reason: a set would weigh more than the rest. */
  #reasons = 0;
  #isOver = false;

  constructor(socket: Pausable, meters: GatewayMeters | null) {
    this.#socket = socket;
    this.#meters = meters;
  }

  get isPaused(): boolean {
    return this.#reasons !== 0;
  }

  /** More than once for one reason is once. What has left the network already is still handed on. */
  pauseFor(reason: PauseReason): void {
    const reasons = this.#reasons | bitOf(reason);
    if (this.#isOver || reasons === this.#reasons) return;
    this.#meters?.readingPaused(reason);
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

  #pause(): void {
    this.#meters?.pausedSessions(1);
    this.#socket.pause();
  }

  #resume(): void {
    this.#meters?.pausedSessions(-1);
    this.#socket.resume();
  }
}

function bitOf(reason: PauseReason): number {
  return 1 << pauseReasons.indexOf(reason);
}
