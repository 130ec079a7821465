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

/** What an entry of a `Map` of numbers takes. */
const BYTES_PER_CLIENT = 64;

type LedgerState =
  /**
   * Receipts are held: the provider counts everything as one until its step 2 is answered. Of its step 1 is kept what the
   * document lacked then, by client; null before there is any.
   */
  | { readonly kind: 'before-step-2'; readonly ahead: ReadonlyMap<number, number> | null; readonly held: DueReceipts }
  /** It has come, and is not durable yet. */
  | { readonly kind: 'at-step-2'; readonly ahead: ReadonlyMap<number, number> | null; readonly held: DueReceipts }
  | { readonly kind: 'settled' };

const SETTLED: LedgerState = { kind: 'settled' };

/**
 * Decides which frames of one document connection get a receipt, and when (R2).
 *
 * A provider resets its counter of unsynced changes to 1 when it starts a handshake, so a receipt for anything that it
 * sent before would read as "all saved". Therefore no receipt leaves before the handshake's step 2 is durable, and
 * frames that its step 1 already covered, or that belong to an earlier handshake, never get one.
 *
 * Nor does one that comes before the step 2 and brings nothing but what the document has: whether the step 1 covered it is not
 * kept, which would be as much as the document has clients. Only whose copy is on another connection besides sends what it did not.
 *
 * Receipts that wait are two numbers, not frames: however many edits somebody sends who gets no receipts yet, they take no
 * room (R15). So of those that leave together after a wait only the first is known to the millisecond.
 */
export class ReceiptLedger {
  #handshake: Handshake = 0;
  #state: LedgerState = { kind: 'before-step-2', ahead: null, held: NO_RECEIPTS };
  #owed: DueReceipts = NO_RECEIPTS;

  get handshake(): Handshake {
    return this.#handshake;
  }

  /** Receipts that are due, and wait for the socket to take them. */
  get owed(): number {
    return this.#owed.count;
  }

  /** What it keeps until a step 2 is durable, however long its client takes for that. */
  get keptBytes(): number {
    return this.#state.kind === 'settled' ? 0 : (this.#state.ahead?.size ?? 0) * BYTES_PER_CLIENT;
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
   *
   * @param ahead what its client has that the document lacks
   */
  beginHandshake(ahead: ReadonlyMap<number, number>): void {
    this.#handshake += 1;
    this.#owed = NO_RECEIPTS;
    this.#state = { kind: 'before-step-2', ahead, held: NO_RECEIPTS };
  }

  /** Nobody waits for a receipt any more. */
  end(): void {
    this.#handshake += 1;
    this.#owed = NO_RECEIPTS;
    this.#state = SETTLED;
  }

  /**
   * A frame arrives.
   *
   * @param clockOf how far the document has a client, without what is on its way to the disk: that may be refused
   * @returns whether it is owed a receipt
   */
  take(kind: 'update' | 'step-2', spans: readonly StructSpan[], clockOf: (client: number) => number): boolean {
    const state = this.#state;
    if (kind === 'step-2') {
      if (state.kind === 'before-step-2') this.#state = { ...state, kind: 'at-step-2' };
      return true;
    }
    if (state.kind === 'settled' || state.ahead === null) return true;
    const { ahead } = state;
    const isKnown = ({ client, end }: StructSpan): boolean =>
      end <= (ahead.get(client) ?? 0) || (state.kind === 'before-step-2' && end <= clockOf(client));
    // Without structs there is nothing that a state vector could cover: it may be a deletion made just now.
    return spans.length === 0 || !spans.every(isKnown);
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
      case 'before-step-2':
      case 'at-step-2': {
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
