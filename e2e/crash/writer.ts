import type { Doc } from 'yjs';
import type { Edit, EditLedger } from './edit-ledger.ts';

/**
 * A client of ours that knows exactly, frame by frame, which of its edits the server has said are on disk. Published
 * providers only count, and the counts of one can't be trusted after a reconnect (R2).
 */
export interface Writer {
  readonly name: string;
  readonly doc: Doc;
  readonly ledger: EditLedger;
  /** Edits sent on this connection that have no receipt yet. */
  readonly inFlight: number;
  /** Resolves once the handshake is over and everything made before it is receipted. */
  connect(): Promise<void>;
  /** Keeps {@link WINDOW} edits in flight for as long as the connection lasts; `onReceipt` hears of each receipt. */
  startTyping(onReceipt: () => void): void;
  stopTyping(): void;
  /** Resolves once nothing more will be heard on this connection. */
  disconnected(): Promise<void>;
  leave(): void;
  /** Ends the connection without a goodbye; `connect` brings back what was in flight. */
  drop(): void;
}

/** Enough that the server always has something of everybody on its way to the disk. */
export const WINDOW = 8;

/** Where an edit of a writer goes as soon as it is made, and what its writer does when it hears of one's receipt. */
export class TypingLoop {
  readonly #ledger: EditLedger;
  readonly #send: (edit: Edit) => void;
  #state: { readonly onReceipt: () => void } | null = null;
  #inFlight = 0;

  constructor(ledger: EditLedger, send: (edit: Edit) => void) {
    this.#ledger = ledger;
    this.#send = send;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  start(onReceipt: () => void): void {
    this.#state = { onReceipt };
    this.#inFlight = 0;
    this.#fill();
  }

  stop(): void {
    this.#state = null;
  }

  receipted(): void {
    if (this.#state === null) {
      this.#inFlight = Math.max(0, this.#inFlight - 1);
      return;
    }
    this.#inFlight -= 1;
    this.#state.onReceipt();
    this.#fill();
  }

  #fill(): void {
    while (this.#state !== null && this.#inFlight < WINDOW) {
      this.#inFlight += 1;
      this.#send(this.#ledger.make());
    }
  }
}
