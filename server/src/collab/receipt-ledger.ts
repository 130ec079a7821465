import type { StructSpan } from './update-inspection.ts';

/** Identifies which handshake of a connection a frame belongs to. */
export type Handshake = number;

type LedgerState =
  /** Receipts are held: the provider counts everything as one until its step 2 is answered. */
  | { readonly kind: 'before-step-2'; readonly stepOne: ReadonlyMap<number, number> | null; readonly held: number }
  | { readonly kind: 'settled' };

const SETTLED: LedgerState = { kind: 'settled' };

/**
 * Decides which frames of one document connection get a receipt, and when (R2).
 *
 * A provider resets its counter of unsynced changes to 1 when it starts a handshake, so a receipt for anything that it
 * sent before would read as "all saved". Therefore no receipt leaves before the handshake's step 2 is durable, and
 * frames that its step 1 already covered, or that belong to an earlier handshake, never get one.
 */
export class ReceiptLedger {
  #handshake: Handshake = 0;
  #state: LedgerState = { kind: 'before-step-2', stepOne: null, held: 0 };
  #owed = 0;

  get handshake(): Handshake {
    return this.#handshake;
  }

  /** Receipts that are due, and wait for the socket to take them. */
  get owed(): number {
    return this.#owed;
  }

  /** A counter, not frames: however many edits somebody sends who reads no receipts, they take no room (R15). */
  keepOwed(receipts: number): void {
    this.#owed += receipts;
  }

  takeOwed(most: number): number {
    const taken = Math.min(most, this.#owed);
    this.#owed -= taken;
    return taken;
  }

  /**
   * A step 1 begins a new handshake. What came before it, also what a client sent before its first one, gets no receipt:
   * its content is covered by this step 1, or comes again with the step 2, and the provider doesn't count it.
   */
  beginHandshake(stateVector: ReadonlyMap<number, number>): void {
    this.#handshake += 1;
    this.#owed = 0;
    this.#state = { kind: 'before-step-2', stepOne: stateVector, held: 0 };
  }

  /** Whether an update frame that arrives now is owed a receipt. */
  owes(spans: readonly StructSpan[]): boolean {
    const state = this.#state;
    if (state.kind === 'settled' || state.stepOne === null) return true;
    const stepOne = state.stepOne;
    // Without structs there is nothing that a state vector could cover: it may be a deletion made just now.
    const covered = spans.length > 0 && spans.every((span) => span.end <= (stepOne.get(span.client) ?? 0));
    return !covered;
  }

  /** How many receipts to send now that a frame of `handshake` is durable. */
  settle(frame: { readonly handshake: Handshake; readonly kind: 'update' | 'step-2'; readonly owed: boolean }): number {
    if (frame.handshake !== this.#handshake) return 0;
    const state = this.#state;
    switch (state.kind) {
      case 'settled':
        return frame.owed ? 1 : 0;
      case 'before-step-2': {
        if (frame.kind === 'step-2') {
          this.#state = SETTLED;
          return state.held + 1;
        }
        if (frame.owed) this.#state = { ...state, held: state.held + 1 };
        return 0;
      }
      default:
        return state satisfies never;
    }
  }
}
