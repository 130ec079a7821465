import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import {
  type ClientFrameKind,
  decodeServerFrame,
  encodeHocuspocusFrame,
  FrameError,
  type ServerFrame,
} from '@quire/protocol/wire';
import type { Awareness } from 'y-protocols/awareness';
import { type Doc, encodeStateAsUpdate } from 'yjs';
import type { Clock } from './clock.ts';

/** What a room needs to know of its connection. */
export interface RoomWire {
  /** Our step 1 is going out on a fresh connection. */
  joining(): void;
  sent(frame: 'step-2' | 'update'): void;
  /** A frame of the server, after it was applied. */
  heard(frame: ServerFrame): void;
  /** A token is on its way to the server. */
  tokenSent(): void;
  /** None could be had: to enter, or to stay. */
  tokenFailed(cause: unknown): void;
  /** A frame of the server could not be applied: only a fresh handshake makes the document whole again. */
  broken(cause: unknown): void;
}

/** One attempt to enter the room, on one connection. */
export interface Entry {
  /** As it was sent. */
  readonly token: string;
  /** Aborted when that connection has ended. */
  readonly signal: AbortSignal;
  /** Resolves when the server has let this room in; rejects when the connection ends first. */
  readonly admitted: Promise<void>;
}

export interface RoomProviderOptions {
  readonly name: string;
  readonly document: Doc;
  readonly awareness: Awareness;
  readonly socket: HocuspocusProviderWebsocket;
  readonly getToken: () => Promise<string>;
  /** Which life of the document this page has something of; empty when it has nothing. */
  readonly readEpoch: () => string;
  readonly wire: RoomWire;
  /**
   * Brings content into the document in another way before the server is asked for what is missing; null where there is
   * nothing to bring. The room has entered by then, so that a delete of the document ends it (R14).
   */
  readonly fill: (entry: Entry) => Promise<void> | null;
  readonly clock: Clock;
}

/** How far the handshake of the living connection has come. `filling`: it waits while content comes in another way. */
type HandshakeStep = 'none' | 'opened' | 'token' | 'filling' | 'step-1' | 'step-2';

/** An entry that its connection still decides on. */
interface OpenEntry {
  readonly signal: AbortSignal;
  readonly admitted: Promise<void>;
  admit(): void;
  end(): void;
}

/**
 * Hocuspocus' provider, made countable: every content frame that leaves awaits exactly one receipt.
 *
 * Update frames from before our step 2 are held back. They say nothing that the step 2 does not, and whether they get a
 * receipt would depend on what our step 1 covered.
 */
export class RoomProvider extends HocuspocusProvider {
  readonly #wire: RoomWire;
  readonly #clock: Clock;
  readonly #fetchToken: () => Promise<string>;
  readonly #fill: RoomProviderOptions['fill'];
  #entry: OpenEntry | null = null;
  readonly #readEpoch: () => string;
  #step: HandshakeStep = 'none';
  /** The state vector of the server's last step 1 on the living connection. */
  #serverState: Uint8Array | null = null;
  /** Which connection an awaited token was meant for. */
  #round = 0;

  constructor(options: RoomProviderOptions) {
    super({
      name: options.name,
      document: options.document,
      awareness: options.awareness,
      websocketProvider: options.socket,
    });
    this.#wire = options.wire;
    this.#clock = options.clock;
    this.#fetchToken = options.getToken;
    this.#fill = options.fill;
    this.#readEpoch = options.readEpoch;
  }

  /** Whether a frame may go out now; called by the socket for every frame of this room. */
  admit(kind: ClientFrameKind): boolean {
    switch (kind) {
      case 'token':
        if (this.#step === 'opened') this.#step = 'token';
        return this.#step !== 'none';
      case 'step-1':
        if (this.#step === 'none' || this.#step === 'opened') return false;
        if (this.#step === 'token') this.#wire.joining();
        if (this.#step === 'token' || this.#step === 'filling') this.#step = 'step-1';
        return true;
      case 'step-2':
        if (this.#step !== 'step-1' && this.#step !== 'step-2') return false;
        this.#step = 'step-2';
        this.#wire.sent('step-2');
        return true;
      case 'update':
        if (this.#step !== 'step-2') return false;
        this.#wire.sent('update');
        return true;
      case 'query-presence':
        return this.isJoined || this.#step === 'step-1' || this.#step === 'step-2';
      case 'presence':
      case 'stateless':
        return this.#step === 'step-1' || this.#step === 'step-2';
      case 'close':
        return this.#step !== 'none';
      default:
        return kind satisfies never;
    }
  }

  override async onOpen(event: Event): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.#step = 'opened';
    this.#serverState = null;
    this.isAuthenticated = false;
    this.emit('open', { event });
    this.#entry?.end();
    this.#entry = beginEntry();
    await this.sendToken();
    if (round === this.#round && this.#hasSentToken()) await this.#enter(this.#entry);
  }

  override destroy(): void {
    this.#entry?.end();
    super.destroy();
  }

  async #enter({ admitted, signal }: OpenEntry): Promise<void> {
    const filled = this.#fill({ token: String(this.configuration.token ?? ''), admitted, signal });
    if (filled !== null) {
      // Before the server's answer to the token, as with a step 1 that goes out at once.
      this.#step = 'filling';
      this.#wire.joining();
      await filled;
      if (signal.aborted) return;
    }
    this.startSync();
  }

  /** The server has let this room in on the living connection. */
  get isJoined(): boolean {
    return this.isAuthenticated && (this.#step === 'filling' || this.#step === 'step-1' || this.#step === 'step-2');
  }

  /**
   * Says something that is neither content nor presence.
   *
   * @returns whether it left: it does not before the server has let this room in, nor before the step 1
   */
  say(payload: string): boolean {
    if (!this.isJoined || this.#step === 'filling') return false;
    const frame = encodeHocuspocusFrame(this.effectiveName, { kind: 'stateless', payload });
    this.configuration.websocketProvider.send(frame);
    return true;
  }

  /** Joins again on the socket's present connection, after the server closed this document's. */
  rejoin(): void {
    if (this.isAttached && this.#step === 'none') void this.onOpen(new Event('open'));
  }

  /** Sends once more all that the server may lack. Before the handshake's own step 2 there is no need. */
  resync(): void {
    if (this.#step !== 'step-2' || this.#serverState === null) return;
    const update = encodeStateAsUpdate(this.document, this.#serverState);
    const frame = encodeHocuspocusFrame(this.effectiveName, { kind: 'step-2', update });
    this.configuration.websocketProvider.send(frame);
  }

  /** As Hocuspocus' provider does, and says besides of which life of the document this page has a copy (R14). */
  override async sendToken(): Promise<void> {
    const round = this.#round;
    let token: string;
    try {
      token = await this.#fetchToken();
    } catch (cause) {
      if (round === this.#round) this.#wire.tokenFailed(cause);
      return;
    }
    if (round !== this.#round || !this.isAttached) return;
    this.configuration.token = token;
    const frame = { kind: 'token', token, providerVersion: null, epoch: this.#readEpoch() } as const;
    this.configuration.websocketProvider.send(encodeHocuspocusFrame(this.effectiveName, frame));
    this.#wire.tokenSent();
  }

  override startSync(): void {
    this.#announceAgain();
    super.startSync();
  }

  override onMessage(event: MessageEvent): void {
    let frame: ServerFrame;
    try {
      ({ frame } = decodeServerFrame(new Uint8Array(event.data as ArrayBuffer)));
    } catch (cause) {
      // A frame type of a newer server: nothing that this client has asked for.
      if (cause instanceof FrameError && cause.fault === 'unknown-type') return;
      this.#wire.broken(cause);
      return;
    }
    if (frame.kind === 'step-1') this.#serverState = new Uint8Array(frame.stateVector);
    try {
      super.onMessage(event);
    } catch (cause) {
      // A presence state that is not JSON throws in every reader (R10), and the next one replaces it.
      if (frame.kind !== 'presence') this.#wire.broken(cause);
      return;
    }
    if (frame.kind === 'authenticated') this.#entry?.admit();
    this.#wire.heard(frame);
  }

  override onClose(): void {
    this.#round += 1;
    this.#step = 'none';
    this.#serverState = null;
    this.#entry?.end();
    this.#entry = null;
    super.onClose();
    this.#forgetOthers();
  }

  /**
   * The others left the list with the connection, but their clocks stayed behind: whom the next connection tells of at the
   * same clock would be ignored (R10), and be seen no earlier than at their next move, or renewal, up to 15 s later.
   */
  #forgetOthers(): void {
    const { awareness } = this;
    if (awareness === null) return;
    for (const clientId of awareness.meta.keys()) {
      if (clientId !== awareness.clientID) awareness.meta.delete(clientId);
    }
  }

  #hasSentToken(): boolean {
    return this.#step === 'token';
  }

  /**
   * Whoever saw this person leave with the lost connection ignores a state with the same clock (R10), and would show
   * nobody until the next renewal, up to 15 s later.
   */
  #announceAgain(): void {
    const { awareness } = this;
    const meta = awareness?.meta.get(awareness.clientID);
    if (awareness === null || meta === undefined) return;
    awareness.meta.set(awareness.clientID, { clock: meta.clock + 1, lastUpdated: this.#clock.now() });
  }
}

function beginEntry(): OpenEntry {
  const abort = new AbortController();
  let admit = (): void => {};
  const admitted = new Promise<void>((resolve, reject) => {
    admit = resolve;
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
  });
  admitted.catch(() => {}); // mostly nobody waits for it
  return { signal: abort.signal, admitted, admit, end: () => abort.abort() };
}
