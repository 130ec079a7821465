/** How the server is reached. */
export type Transport = 'websocket' | 'http';

type State =
  /**
   * `httpAnswered`: since a WebSocket was last heard on, the server has answered a plain request. `httpHeard`: it was heard
   * on a session over HTTP that this attempt is made in place of.
   */
  | { readonly kind: 'websocket'; readonly httpAnswered: boolean; readonly httpHeard: boolean }
  /** `doubts`: how often in a row it came to nothing though the server answers plain requests; null until it was heard. */
  | { readonly kind: 'http'; readonly since: number; readonly doubts: number | null };

/** So many are no accident: a server that restarts answers nothing, and then everything. */
const MAX_DOUBTS = 3;

/** The network may have changed without a word, and nobody should stay on the slower way for that. */
const WEBSOCKET_AGAIN_AFTER_MS = 5 * 60_000;

const UNDOUBTED: State = { kind: 'websocket', httpAnswered: false, httpHeard: false };

/**
 * Which way the next attempt goes. A WebSocket that can't be had says nothing of why: the server may be away, or something
 * between here and there lets no WebSocket through. It is the latter when a plain request was answered and the next
 * WebSocket failed all the same; so a server that restarts sends nobody another way. Nor does it take anybody from HTTP, once
 * that has worked: it would have to be found out all over again, while the others are long back.
 */
export class TransportChoice {
  readonly #wish: 'auto' | Transport;
  #state: State = UNDOUBTED;

  constructor(wish: 'auto' | Transport) {
    this.#wish = wish;
  }

  /** @param isRestart the server said that it restarts: no time to try something else */
  next(now: number, isRestart = false): Transport {
    if (this.#wish !== 'auto') return this.#wish;
    if (this.#state.kind === 'http' && !isRestart && now - this.#state.since >= WEBSOCKET_AGAIN_AFTER_MS) {
      // One attempt: if that fails, it is known what that means.
      this.#state = { kind: 'websocket', httpAnswered: true, httpHeard: this.#state.doubts !== null };
    }
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
      if (this.#state.doubts !== null) return 'ask';
      this.#state = UNDOUBTED;
      return 'stay';
    }
    if (!this.#state.httpAnswered) return 'ask';
    this.#state = { kind: 'http', since: now, doubts: this.#state.httpHeard ? 0 : null };
    return 'switch';
  }

  /** The server has answered a plain request. */
  httpAnswered(): void {
    if (this.#wish !== 'auto') return;
    if (this.#state.kind === 'websocket') this.#state = { ...this.#state, httpAnswered: true };
    else if (this.#state.doubts !== null) this.#doubt(this.#state.since, this.#state.doubts + 1);
  }

  /** The server was heard on what was chosen. */
  worked(): void {
    this.#state = this.#state.kind === 'websocket' ? UNDOUBTED : { ...this.#state, doubts: 0 };
  }

  /** Another network may let through what the last one didn't. */
  networkChanged(): void {
    this.#state = UNDOUBTED;
  }

  #doubt(since: number, doubts: number): void {
    this.#state =
      doubts < MAX_DOUBTS
        ? { kind: 'http', since, doubts }
        : { kind: 'websocket', httpAnswered: true, httpHeard: false };
  }
}
