import { type HocuspocusProvider, HocuspocusProviderWebsocket, WebSocketStatus } from '@hocuspocus/provider';
import {
  type CloseCode,
  closeCodes,
  decodeHocuspocusFrame,
  describeClose,
  encodeHocuspocusFrame,
  type RetryHint,
  readRetryHint,
} from '@quire/protocol/wire';
import { computeRetryDelayMs, type Restart } from './backoff.ts';
import type { Clock } from './clock.ts';
import { RoomProvider } from './room-provider.ts';
import { addRoute } from './route.ts';
import { judgeSilence } from './silence.ts';
import type { Transport, TransportChoice } from './transport-choice.ts';

/** What is used as the browser's own `WebSocket`. */
export type SocketClass = new (url: string) => unknown;

export interface SharedSocketOptions {
  readonly url: string;
  readonly choice: TransportChoice;
  readonly sockets: Readonly<Record<Transport, SocketClass>>;
  /** Whether the server answers plain requests, given the address of the socket. */
  readonly answersHttp: (url: string) => Promise<boolean>;
  readonly clock: Clock;
  /** In [0, 1), for spreading reconnects. */
  readonly random: () => number;
  /** Whether a room awaits an answer of the server. */
  readonly isAwaiting: () => boolean;
  /** The connection is gone; called before any reconnect. */
  readonly onLost: (close: CloseCode) => void;
}

const OPEN = 1;
const ABNORMAL = 1006;
/** A connection that lasted this long was a good one: the next failure starts with short delays again. */
const PROVEN_AFTER_MS = 10_000;
/** A handshake that takes longer is given up; browsers would wait for minutes. */
const OPENING_TIMEOUT_MS = 10_000;
/** When it becomes worth asking whether the server can be reached at all. */
const DOUBT_AFTER_MS = 2_000;
/** The server has answered meanwhile, so that what does not open is being held up on its way. */
const DOUBTFUL_TIMEOUT_MS = 4_000;
const CHECK_INTERVAL_MS = 1_000;

/**
 * The one socket of a client. It keeps trying, with growing and spread-out delays, until it is stopped; it never queues a
 * frame, because the handshake of the next connection carries everything; and it notices a connection that went silent.
 */
export class SharedSocket extends HocuspocusProviderWebsocket {
  readonly #options: SharedSocketOptions;
  #failures = 0;
  /** The server said that it restarts; kept until it is back, however many attempts fail until then. */
  #restart: { readonly saidAt: number; readonly hint: RetryHint | null } | null = null;
  #openedAt: number | null = null;
  #attemptedAt = 0;
  #heardAt = 0;
  #probedAt: number | null = null;
  /** The same for as long as it runs: whoever shares a document with it is where it was, too. */
  #url: string;
  #transport: Transport | null = null;
  /** How far the present attempt has come; `over` until there is one. */
  #attemptState: 'over' | 'unheard' | 'heard' = 'over';
  #isAsking = false;
  #running = false;
  #stopped = false;
  #cancelRetry: (() => void) | null = null;
  #cancelCheck: (() => void) | null = null;
  /** Addresses that were left on this connection: what is still on its way to them is not for whoever comes next. */
  readonly #left = new Set<string>();

  constructor(options: SharedSocketOptions) {
    // One attempt a call: when to try again is decided here, by what the close code says.
    // The class is said here too, because the base looks for a global one where none is.
    const WebSocketPolyfill = options.sockets.websocket;
    super({ url: options.url, autoConnect: false, maxAttempts: 1, WebSocketPolyfill });
    this.#options = options;
    this.#url = options.url;
    // The base class would close after 30 s of silence, whether or not anybody had anything to say; see judgeSilence.
    clearInterval(this.intervals.connectionChecker);
    this.on('open', () => this.#opened());
    this.on('disconnect', ({ event }: { event: { code?: number; reason?: string } | undefined }) =>
      this.#lost(event?.code ?? 1006, event?.reason ?? ''),
    );
    // Reached without a close event when the socket could not even be made.
    this.on('maxAttemptsFailed', () => {
      if (this.webSocket !== null) return;
      const isOver = this.#attemptState === 'over';
      this.#attemptState = 'over';
      this.#retryLater(!isOver && this.#doubtTransport());
    });
  }

  /** @param document the first of those that it is needed for */
  start(document: string): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#url = addRoute(this.#options.url, document);
    this.#attempt();
  }

  /** Over which the server is reached, or was last tried; null before the first attempt. */
  get transport(): Transport | null {
    return this.#transport;
  }

  /** When the server was last heard, on this connection or the last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Tries at once, for instance because the network is back, which may be another one. */
  retryNow({ networkChanged = false } = {}): void {
    if (networkChanged) this.#options.choice.networkChanged();
    if (!this.#running) return;
    this.#failures = 0;
    this.#attempt();
  }

  /** Gives the present connection up, without waiting for a network that may not answer, and tries again. */
  interrupt(): void {
    if (this.webSocket !== null) this.emit('close', { event: { code: 1006, reason: 'given up by this client' } });
  }

  /** Closes the connection because nobody needs one; `start` opens another. */
  rest(): void {
    this.#running = false;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.interrupt();
    this.#cancelCheck?.();
    this.#cancelCheck = null;
    this.#failures = 0;
    this.#restart = null;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.rest();
    this.destroy();
  }

  get isOpen(): boolean {
    return this.webSocket?.readyState === OPEN;
  }

  /**
   * At the plain name of its document, which all share who open it for the first time, so that the server makes what it
   * says to them once; at an address of its own where this connection has had that one already.
   */
  override attach(provider: HocuspocusProvider): void {
    const { configuration } = provider;
    configuration.sessionAwareness = false;
    for (let opening = 2; !this.#isFree(provider.effectiveName); opening += 1) {
      configuration.sessionAwareness = true;
      // Counted, not drawn, so that those who open it for the second time share theirs too.
      provider.sessionId = String(opening);
    }
    super.attach(provider);
  }

  override detach(provider: HocuspocusProvider): void {
    if (this.isOpen) this.#left.add(provider.effectiveName);
    super.detach(provider);
  }

  #isFree(address: string): boolean {
    return !this.configuration.providerMap.has(address) && !this.#left.has(address);
  }

  override send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    const decoded = decodeHocuspocusFrame(frame);
    if (decoded.scope === 'document') {
      const provider = this.configuration.providerMap.get(decoded.rawAddress);
      if (provider instanceof RoomProvider && !provider.admit(decoded.frame.kind)) return;
    }
    super.send(frame);
  }

  override onMessage(event: MessageEvent): void {
    this.#heardAt = this.#options.clock.now();
    this.#probedAt = null;
    if (this.#attemptState === 'unheard') {
      this.#attemptState = 'heard';
      this.#options.choice.worked();
    }
    try {
      super.onMessage(event);
    } catch {
      // Not a frame, or not one of ours: what else was in it is unknown, so only a fresh handshake helps.
      this.interrupt();
    }
  }

  #opened(): void {
    this.#left.clear();
    this.#restart = null;
    this.#openedAt = this.#heardAt = this.#options.clock.now();
    this.#probedAt = null;
  }

  #attempt(): void {
    if (this.webSocket !== null) return;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    const { choice, clock, sockets } = this.#options;
    this.#attemptedAt = clock.now();
    this.#attemptState = 'unheard';
    this.#transport = choice.next(this.#attemptedAt, this.#restart !== null);
    this.setConfiguration({ url: this.#url, WebSocketPolyfill: sockets[this.#transport] });
    this.#watch();
    void this.connect();
  }

  #lost(code: number, reason: string): void {
    // The base class would reconnect by itself, by rules of its own.
    this.shouldConnect = false;
    const { clock } = this.#options;
    if (this.#openedAt !== null && clock.now() - this.#openedAt >= PROVEN_AFTER_MS) this.#failures = 0;
    this.#openedAt = null;
    if (code === closeCodes.serviceRestart.code) this.#restart = { saidAt: clock.now(), hint: readRetryHint(reason) };
    const isUnheard = this.#attemptState === 'unheard' && code === ABNORMAL;
    this.#attemptState = 'over';
    this.#options.onLost(describeClose(code));
    this.#retryLater(isUnheard && this.#doubtTransport());
  }

  /** An attempt has come to nothing. Returns whether another way is to be tried at once. */
  #doubtTransport(): boolean {
    if (!this.#running) return false;
    switch (this.#options.choice.failed(this.#options.clock.now())) {
      case 'ask':
        this.#askHttp();
        return false;
      case 'switch':
        return true;
      case 'stay':
        return false;
    }
  }

  #askHttp(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#options.answersHttp(this.#url).then((answered) => {
      this.#isAsking = false;
      if (answered) this.#options.choice.httpAnswered();
    });
  }

  #retryLater(atOnce = false): void {
    if (!this.#running || this.#cancelRetry !== null) return;
    const { clock, random } = this.#options;
    this.#cancelCheck?.();
    this.#cancelCheck = null;
    const delayMs = atOnce ? 0 : computeRetryDelayMs(this.#failures, random(), this.#describeRestart());
    this.#failures += 1;
    this.#cancelRetry = clock.schedule(() => this.#attempt(), delayMs);
  }

  #describeRestart(): Restart | null {
    if (this.#restart === null) return null;
    const { saidAt, hint } = this.#restart;
    return { agoMs: this.#options.clock.now() - saidAt, hint };
  }

  #watch(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = this.#options.clock.schedule(() => {
      this.#cancelCheck = null;
      this.#check();
      if (this.#running && this.webSocket !== null && this.#cancelCheck === null) this.#watch();
    }, CHECK_INTERVAL_MS);
  }

  #check(): void {
    const now = this.#options.clock.now();
    if (this.#openedAt === null) {
      if (this.status === WebSocketStatus.Connecting) this.#checkOpening(now - this.#attemptedAt);
      return;
    }
    const joined = this.#findJoined();
    const verdict = judgeSilence({
      now,
      heardAt: this.#heardAt,
      probedAt: this.#probedAt,
      awaiting: this.#options.isAwaiting(),
      canProbe: joined !== null,
    });
    switch (verdict) {
      case 'alive':
        return;
      case 'probe':
        if (joined !== null && this.#probe(joined)) this.#probedAt = now;
        return;
      case 'dead':
        this.interrupt();
    }
  }

  #checkOpening(lastsMs: number): void {
    const { choice } = this.#options;
    const isDoubtful = this.#transport === 'websocket' && choice.isDoubtful;
    if (lastsMs >= (isDoubtful ? DOUBTFUL_TIMEOUT_MS : OPENING_TIMEOUT_MS)) this.interrupt();
    else if (lastsMs >= DOUBT_AFTER_MS && !isDoubtful && choice.mayChange) this.#askHttp();
  }

  /** The address of a room that was let in: others are not answered, however alive the server is. */
  #findJoined(): string | null {
    for (const [address, provider] of this.configuration.providerMap) {
      if (provider instanceof RoomProvider && provider.isJoined) return address;
    }
    return null;
  }

  /** Asks for the presence of one room: the cheapest question that a server always answers. Whether it left. */
  #probe(address: string): boolean {
    if (!this.isOpen) return false;
    this.send(encodeHocuspocusFrame(address, { kind: 'query-presence' }));
    return true;
  }
}
