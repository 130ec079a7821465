import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import {
  type ClientFrameKind,
  decodeServerFrame,
  encodeHocuspocusFrame,
  FrameError,
  type ServerFrame,
} from '@quire/protocol';
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
  /** No token could be had, so this connection cannot be opened. */
  tokenFailed(cause: unknown): void;
  /** A frame of the server could not be applied: only a fresh handshake makes the document whole again. */
  broken(cause: unknown): void;
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
  readonly clock: Clock;
}

/** How far the handshake of the living connection has come. */
type HandshakeStep = 'none' | 'opened' | 'token' | 'step-1' | 'step-2';

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
      // Each opening has an address of its own, so that a late receipt for a room that was left is not taken for ours.
      sessionAwareness: true,
    });
    this.#wire = options.wire;
    this.#clock = options.clock;
    this.#fetchToken = options.getToken;
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
        if (this.#step === 'token') {
          this.#step = 'step-1';
          this.#wire.joining();
        }
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
      case 'presence':
      case 'query-presence':
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
    await this.sendToken();
    if (round === this.#round && this.#hasSentToken()) this.startSync();
  }

  /** The server has let this room in on the living connection. */
  get isJoined(): boolean {
    return this.isAuthenticated && (this.#step === 'step-1' || this.#step === 'step-2');
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
    this.#wire.heard(frame);
  }

  override onClose(): void {
    this.#round += 1;
    this.#step = 'none';
    this.#serverState = null;
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
