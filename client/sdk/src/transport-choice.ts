/** How the server is reached. */
export type Transport = 'websocket' | 'http';

type State =
  /** `httpAnswered`: since a WebSocket was last heard on, the server has answered a plain request. */
  { readonly kind: 'websocket'; readonly httpAnswered: boolean } | { readonly kind: 'http'; readonly since: number };

/** The network may have changed without a word, and nobody should stay on the slower way for that. */
const WEBSOCKET_AGAIN_AFTER_MS = 5 * 60_000;

const UNDOUBTED: State = { kind: 'websocket', httpAnswered: false };

/**
 * Which way the next attempt goes. A WebSocket that can't be had says nothing of why: the server may be away, or something
 * between here and there lets no WebSocket through. It is the latter when a plain request was answered and the next
 * WebSocket failed all the same; so a server that restarts sends nobody another way.
 */
export class TransportChoice {
  readonly #wish: 'auto' | Transport;
  #state: State = UNDOUBTED;

  constructor(wish: 'auto' | Transport) {
    this.#wish = wish;
  }

  next(now: number): Transport {
    if (this.#wish !== 'auto') return this.#wish;
    const isDue = this.#state.kind === 'http' && now - this.#state.since >= WEBSOCKET_AGAIN_AFTER_MS;
    // One attempt: if that fails, it is known what that means.
    if (isDue) this.#state = { kind: 'websocket', httpAnswered: true };
    return this.#state.kind;
  }

  /** A WebSocket is tried, and what else there is depends on how that goes. */
  get mayChange(): boolean {
    return this.#wish === 'auto' && this.#state.kind === 'websocket';
  }

  /** A WebSocket that isn't open yet is probably one that is being blocked. */
  get isDoubtful(): boolean {
    return this.#state.kind === 'websocket' && this.#state.httpAnswered;
  }

  /**
   * An attempt ended before the server was heard on it.
   *
   * @returns `ask`: find out whether it answers plain requests. `switch`: go the other way, at once. `stay`: try again
   */
  failed(now: number): 'ask' | 'switch' | 'stay' {
    if (this.#wish !== 'auto') return 'stay';
    if (this.#state.kind === 'http') {
      this.#state = UNDOUBTED;
      return 'stay';
    }
    if (!this.#state.httpAnswered) return 'ask';
    this.#state = { kind: 'http', since: now };
    return 'switch';
  }

  /** The server has answered a plain request. */
  httpAnswered(): void {
    if (this.mayChange) this.#state = { kind: 'websocket', httpAnswered: true };
  }

  /** The server was heard on what was chosen. */
  worked(): void {
    if (this.#state.kind === 'websocket') this.#state = UNDOUBTED;
  }

  /** Another network may let through what the last one didn't. */
  networkChanged(): void {
    this.#state = UNDOUBTED;
  }
}
