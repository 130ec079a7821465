import type { StructSpan } from './update-inspection.ts';

/** Identifies which handshake of a connection a frame belongs to. */
export type Handshake = number;

/** What an entry of a `Map` of numbers takes. */
const BYTES_PER_CLIENT = 64;

type LedgerState =
  /**
   * Receipts are held: the provider counts everything as one until its step 2 is answered. Of its step 1 is kept what the
   * document lacked then, by client; null before there is any.
   */
  | { readonly kind: 'before-step-2'; readonly ahead: ReadonlyMap<number, number> | null; readonly held: number }
  /** It has come, and is not durable yet. */
  | { readonly kind: 'at-step-2'; readonly ahead: ReadonlyMap<number, number> | null; readonly held: number }
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
 */
export class ReceiptLedger {
  #handshake: Handshake = 0;
  #state: LedgerState = { kind: 'before-step-2', ahead: null, held: 0 };
  #owed = 0;

  get handshake(): Handshake {
    return this.#handshake;
  }

  /** Receipts that are due, and wait for the socket to take them. */
  get owed(): number {
    return this.#owed;
  }

  /** What it keeps until a step 2 is durable, however long its client takes for that. */
  get keptBytes(): number {
    return this.#state.kind === 'settled' ? 0 : (this.#state.ahead?.size ?? 0) * BYTES_PER_CLIENT;
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
   *
   * @param ahead what its client has that the document lacks
   */
  beginHandshake(ahead: ReadonlyMap<number, number>): void {
    this.#handshake += 1;
    this.#owed = 0;
    this.#state = { kind: 'before-step-2', ahead, held: 0 };
  }

  /** Nobody waits for a receipt any more. */
  end(): void {
    this.#handshake += 1;
    this.#owed = 0;
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

  /** How many receipts to send now that a frame of `handshake` is durable. */
  settle(frame: { readonly handshake: Handshake; readonly kind: 'update' | 'step-2'; readonly owed: boolean }): number {
    if (frame.handshake !== this.#handshake) return 0;
    const state = this.#state;
    switch (state.kind) {
      case 'settled':
        return frame.owed ? 1 : 0;
      case 'before-step-2':
      case 'at-step-2': {
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
