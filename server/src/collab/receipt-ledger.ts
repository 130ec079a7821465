import type { StructSpan } from './update-inspection.ts';

/** Identifies which handshake of a connection a frame belongs to. */
export type Handshake = number;

/** Receipts that may leave together. */
export interface DueReceipts {
  readonly count: number;
  /** When the first of the frames that they are for was read, monotonic, in ms; null when nobody measures it. */
  readonly sinceMs: number | null;
}

const NO_RECEIPTS: DueReceipts = { count: 0, sinceMs: null };

type LedgerState =
  /** Receipts are held: the provider counts everything as one until its step 2 is answered. */
  | { readonly kind: 'before-step-2'; readonly stepOne: ReadonlyMap<number, number> | null; readonly held: DueReceipts }
  | { readonly kind: 'settled' };

const SETTLED: LedgerState = { kind: 'settled' };

/**
 * Decides which frames of one document connection get a receipt, and when (R2).
 *
 * A provider resets its counter of unsynced changes to 1 when it starts a handshake, so a receipt for anything that it
 * sent before would read as "all saved". Therefore no receipt leaves before the handshake's step 2 is durable, and
 * frames that its step 1 already covered, or that belong to an earlier handshake, never get one.
 *
 * Receipts that wait are two numbers, not frames: however many edits somebody sends who gets no receipts yet, they take no
 * room (R15). So of those that leave together after a wait only the first is known to the millisecond.
 */
export class ReceiptLedger {
  #handshake: Handshake = 0;
  #state: LedgerState = { kind: 'before-step-2', stepOne: null, held: NO_RECEIPTS };
  #owed: DueReceipts = NO_RECEIPTS;

  get handshake(): Handshake {
    return this.#handshake;
  }

  /** Receipts that are due, and wait for the socket to take them. */
  get owed(): number {
    return this.#owed.count;
  }

  keepOwed(receipts: DueReceipts): void {
    this.#owed = withMore(this.#owed, receipts);
  }

  takeOwed(most: number): DueReceipts {
    const { count, sinceMs } = this.#owed;
    const taken = Math.min(most, count);
    this.#owed = taken === count ? NO_RECEIPTS : { count: count - taken, sinceMs };
    return { count: taken, sinceMs };
  }

  /**
   * A step 1 begins a new handshake. What came before it, also what a client sent before its first one, gets no receipt:
   * its content is covered by this step 1, or comes again with the step 2, and the provider doesn't count it.
   */
  beginHandshake(stateVector: ReadonlyMap<number, number>): void {
    this.#handshake += 1;
    this.#owed = NO_RECEIPTS;
    this.#state = { kind: 'before-step-2', stepOne: stateVector, held: NO_RECEIPTS };
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

  /** Which receipts to send now that a frame of `handshake` is durable. */
  settle(frame: {
    readonly handshake: Handshake;
    readonly kind: 'update' | 'step-2';
    readonly owed: boolean;
    readonly readAtMs: number | null;
  }): DueReceipts {
    if (frame.handshake !== this.#handshake) return NO_RECEIPTS;
    const own: DueReceipts = frame.owed ? { count: 1, sinceMs: frame.readAtMs } : NO_RECEIPTS;
    const state = this.#state;
    switch (state.kind) {
      case 'settled':
        return own;
      case 'before-step-2': {
        const due = withMore(state.held, own);
        this.#state = frame.kind === 'step-2' ? SETTLED : { ...state, held: due };
        return frame.kind === 'step-2' ? due : NO_RECEIPTS;
      }
      default:
        return state satisfies never;
    }
  }
}

/** Frames are settled in the order in which they were read: what waited before has waited longer. */
function withMore(earlier: DueReceipts, later: DueReceipts): DueReceipts {
  return { count: earlier.count + later.count, sinceMs: earlier.sinceMs ?? later.sinceMs };
}
