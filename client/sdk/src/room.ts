import {
  type CloseCode,
  closeCodes,
  type DocumentName,
  findCloseCode,
  parseDocumentAddress,
  readViewers,
  type ServerFrame,
} from '@quire/protocol/wire';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { LoadingProgress, PersonDetails, RoomEvents, RoomPresence, RoomStatus } from './api.ts';
import { computeRetryDelayMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import { noToken, QuireError, roomClosed } from './errors.ts';
import type { OfferedDownload } from './offered-download.ts';
import { type LocalCopy, type OfflineStore, openOfflineStore } from './offline-store.ts';
import { type PeopleList, watchPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { createWritable, type Readable, type Writable } from './readable.ts';
import { countUnsaved, isAwaiting } from './receipts-ledger.ts';
import { createRoomEpoch, type RoomEpoch } from './room-epoch.ts';
import { createRoomEvents, type RoomEventsLink } from './room-events.ts';
import {
  advance,
  createRoomMachine,
  describeStatus,
  findNextChange,
  isOver,
  isSaved,
  isSuspect,
  type RoomEffect,
  type RoomEvent,
  type RoomMachine,
} from './room-machine.ts';
import { type Entry, RoomProvider } from './room-provider.ts';
import type { SharedSocket } from './shared-socket.ts';
import { createWaiters } from './waiters.ts';

export interface RoomContext {
  readonly socket: SharedSocket;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Pick<Environment, 'isOnline'>;
  /** Names the server in this device's store. */
  readonly server: string;
  readonly offline: boolean;
  readonly getToken: (signal: AbortSignal) => Promise<string>;
  /** Whether the next token may be another one than the last. */
  readonly renewsTokens: boolean;
  /** For a document that this device does not have, should it be a large one. */
  readonly createDownload: (onProgress: (progress: LoadingProgress) => void) => OfferedDownload;
  /** What the server has of the document is here; told on every connection. */
  readonly onLoaded: () => void;
  /** The count of unconfirmed changes is zero now, or no longer is. */
  readonly onUnsavedChanged: () => void;
  /** The room needs the socket no more. */
  readonly onOver: () => void;
}

/**
 * How long the handshake waits for this device's copy. With the copy in the document, the server sends only what is
 * missing in it; without, everything.
 */
const LOCAL_COPY_PATIENCE_MS = 1_500;

/**
 * How long the handshake waits to hear whether the document is a large one. That was asked before there was a connection,
 * so the answer is mostly there first. On a slow line, where it is not, a large document is worth the wait.
 */
const SIZE_PATIENCE_MS = 1_500;

/** A token that was fetched to ask for the size is good for the connection too, if that comes about soon. */
const EARLY_TOKEN_LASTS_MS = 5_000;

/** Shown in steps of a hundredth, so that a fast download is not a storm of changes. */
const PROGRESS_STEPS = 100;

/** Taking a large change back takes a person several steps, and each attempt in between would offer the rest of it again. */
const TAKING_BACK_MS = 1_000;

/**
 * Tokens say in whole seconds when they were issued, so one that is made in the second of a revocation is refused with those
 * from before it. The next second's is good.
 */
const TOKEN_SECOND_MS = 1_200;

/** One open document. */
export interface OpenRoom {
  readonly name: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly status: Readable<RoomStatus>;
  readonly presence: RoomPresence;
  readonly saved: Readable<boolean>;
  readonly userId: Readable<string | null>;
  readonly events: RoomEvents;
  whenSaved(signal?: AbortSignal): Promise<void>;
  whenLoaded(signal?: AbortSignal): Promise<void>;
  /** Appears in the list of people, again if need be. */
  appear(): void;
  /** Leaves the list of people, while changes are still on their way. */
  disappear(): void;
  /** The socket is gone. */
  lost(close: CloseCode, blamed: boolean): void;
  networkChanged(): void;
  isSuspect(): boolean;
  isAwaiting(): boolean;
  /** Nothing that the server does brings it back: it was refused, or its document deleted. */
  isOver(): boolean;
  hasUnsaved(): boolean;
  /** Closing the page now would lose changes. */
  wouldLose(): boolean;
  /** The server may still confirm what is unsaved. */
  isWorthWaitingFor(): boolean;
  /** All that the room holds is in another document now: if its own is gone, nothing of it need be kept any longer. */
  noteSavedElsewhere(): Promise<void>;
  close(): void;
}

export function openRoom(name: string, context: RoomContext): OpenRoom {
  return new LiveRoom(name, context);
}

class LiveRoom implements OpenRoom {
  readonly name: string;
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly presence: RoomPresence;
  readonly status: Readable<RoomStatus>;
  readonly #saved = createWritable(false);
  readonly #userId = createWritable<string | null>(null);
  readonly #context: RoomContext;
  readonly #status: Writable<RoomStatus>;
  readonly #people: PeopleList;
  readonly #events: RoomEventsLink;
  readonly #epoch: RoomEpoch;
  readonly #store: OfflineStore | null;
  readonly #provider: RoomProvider;
  readonly #waiters = createWaiters();
  /** Nobody needs anything of it any more. */
  readonly #ending = new AbortController();
  readonly #download: OfferedDownload;
  /** Whether the server has the document as a download; null where nothing has to be downloaded, or no more. */
  #offer: Promise<boolean | null> | null = null;
  #earlyToken: { readonly token: Promise<string>; readonly fetchedAt: number } | null = null;
  #loading: LoadingProgress | null = null;
  #machine: RoomMachine;
  #person: PersonDetails | null = null;
  #copyKnown = false;
  #rejoinFailures = 0;
  #tokenFailures = 0;
  /** Let in since a token was last found to be over: the next one may be good. */
  #mayTryAnotherToken = false;
  /** A token was refused as revoked, and another one is waited for. */
  #hasWaitedForToken = false;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancelWake: () => void = () => {};
  #cancelPatience: () => void = () => {};
  #cancelRetry: () => void = () => {};
  #isElsewhere = false;
  #closed = false;

  constructor(name: string, context: RoomContext) {
    this.name = name;
    this.#context = context;
    const { clock, environment } = context;
    this.#machine = createRoomMachine(clock.now(), environment.isOnline());
    this.#status = createWritable(this.#describe(), isSameStatus);
    this.status = this.#status;
    this.#people = watchPeople(this.awareness, clock);
    this.presence = createPresence(this.awareness, this.#people, (person) => this.#setPerson(person));
    this.#events = createRoomEvents({
      say: (payload) => this.#provider.say(payload),
      clientId: this.awareness.clientID,
      clock,
      findEnd: () => this.#findEnd(),
    });
    this.doc.on('update', this.#onUpdate);
    this.#download = context.createDownload((progress) => this.#progress(progress));
    this.#epoch = createRoomEpoch(this.doc);
    this.#store = context.offline
      ? openOfflineStore({
          doc: this.doc,
          server: context.server,
          name,
          tabId: String(this.doc.clientID),
          clock,
          admits: (epoch) => this.#epoch.admitsCopy(epoch),
        })
      : null;
    // After our own listener for updates: a change is counted before the frame that carries it.
    this.#provider = new RoomProvider({
      name,
      document: this.doc,
      awareness: this.awareness,
      socket: context.socket,
      getToken: () => this.#takeToken(),
      readEpoch: () => this.#epoch.claimed,
      wire: {
        joining: () => this.#see({ type: 'joining' }),
        sent: (frame) => this.#see({ type: 'sent', frame }),
        heard: (frame) => this.#hear(frame),
        tokenSent: () => this.#tokenSent(),
        tokenFailed: (cause) => this.#tokenFailed(cause),
        broken: () => context.socket.interrupt(),
      },
      fill: (entry) => (this.#offer === null ? null : this.#fill(entry, this.#offer)),
      clock,
    });
    this.#begin();
  }

  get saved(): Readable<boolean> {
    return this.#saved;
  }

  get userId(): Readable<string | null> {
    return this.#userId;
  }

  get events(): RoomEvents {
    return this.#events.events;
  }

  appear(): void {
    if (this.#closed) return;
    const state = this.awareness.getLocalState() ?? {};
    this.awareness.setLocalState(this.#person === null ? state : { ...state, user: this.#person });
  }

  disappear(): void {
    this.awareness.setLocalState(null);
  }

  whenSaved(signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(() => this.#judge(isSaved(this.#machine)), signal);
  }

  whenLoaded(signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(() => this.#judge(this.#machine.content !== 'none'), signal);
  }

  lost(close: CloseCode, blamed: boolean): void {
    this.#cancelRetry();
    this.#people.countViewers(null);
    this.#events.lost(this.#context.socket.heardAt);
    this.#see({ type: 'closed', close, blamed });
  }

  networkChanged(): void {
    this.#see({ type: 'network', online: this.#context.environment.isOnline() });
  }

  isSuspect(): boolean {
    return !isOver(this.#machine) && isSuspect(this.#machine);
  }

  isAwaiting(): boolean {
    return isAwaiting(this.#machine.ledger);
  }

  isOver(): boolean {
    return isOver(this.#machine);
  }

  hasUnsaved(): boolean {
    return countUnsaved(this.#machine.ledger) > 0;
  }

  wouldLose(): boolean {
    return this.hasUnsaved() && !this.#isElsewhere && this.#store?.holdsAll() !== true;
  }

  isWorthWaitingFor(): boolean {
    if (!this.hasUnsaved() || isOver(this.#machine)) return false;
    return this.#machine.link.phase === 'joined' || this.#store?.holdsAll() !== true;
  }

  async noteSavedElsewhere(): Promise<void> {
    if (this.#machine.link.phase !== 'gone') return;
    this.#isElsewhere = true;
    await this.#store?.discard();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelWake();
    this.#cancelPatience();
    this.#cancelRetry();
    const reason = roomClosed();
    this.#ending.abort(reason);
    this.#waiters.close(reason);
    this.#events.end(reason);
    this.#people.close();
    this.doc.off('update', this.#onUpdate);
    this.#provider.destroy();
    // The last notes are written before the database closes; nobody has to wait for it.
    void (this.#store?.close() ?? Promise.resolve()).finally(() => this.doc.destroy());
  }

  #setPerson({ name, color }: PersonDetails): void {
    this.#person = { name, color };
    this.appear();
  }

  #begin(): void {
    const attach = () => {
      this.#cancelPatience();
      if (!this.#closed && !isOver(this.#machine)) this.#provider.attach();
    };
    // Before it is known whether this device has a copy, and before there is a connection: so nobody waits for the answer.
    // Comments are no document that could be had over HTTP.
    if (parseDocumentAddress(this.name as DocumentName).kind === 'document') this.#offer = this.#askForSize();
    if (this.#store === null) {
      attach();
      return;
    }
    this.#cancelPatience = this.#context.clock.schedule(attach, LOCAL_COPY_PATIENCE_MS);
    void this.#store.opened.then((copy) => {
      if (this.#closed) return;
      if (copy !== null) this.#restore(copy);
      attach();
    });
  }

  async #askForSize(): Promise<boolean | null> {
    const token = this.#context.getToken(this.#ending.signal);
    this.#earlyToken = { token, fetchedAt: this.#context.clock.now() };
    try {
      return await this.#download.isOffered(await token, this.#ending.signal);
    } catch {
      return null; // the connection will want one, and says what is wrong
    }
  }

  #takeToken(): Promise<string> {
    const early = this.#earlyToken;
    this.#earlyToken = null;
    const isFresh = early !== null && this.#context.clock.now() - early.fetchedAt < EARLY_TOKEN_LASTS_MS;
    return isFresh ? early.token : this.#context.getToken(this.#ending.signal);
  }

  /** It is this room's alone: the others on the socket have theirs, and who is in stays until what let them in ends. */
  #tokenFailed(cause: unknown): void {
    if (this.#closed || this.isOver()) return;
    if (!this.#provider.isJoined) this.#provider.onClose();
    const delayMs = computeRetryDelayMs(this.#tokenFailures, this.#context.random());
    this.#tokenFailures += 1;
    this.#tryAgainAfter(delayMs);
    this.#see({ type: 'no-token', error: noToken(cause) });
  }

  #tokenSent(): void {
    this.#tokenFailures = 0;
    this.#cancelRetry();
    this.#see({ type: 'token' });
  }

  /** Has the bulk of a large document come as a download: it is smaller, its progress is known, and it can be resumed. */
  async #fill({ admitted, signal, token }: Entry, asked: Promise<boolean | null>): Promise<void> {
    try {
      const answer = await this.#within(asked, signal);
      const isOffered = answer ?? (await this.#within(this.#download.isOffered(token, signal), signal));
      if (isOffered !== true) return;
      // What is asked for from here on is of the life that we are in, or this connection ends with it (R14).
      await admitted;
      const downloaded = await this.#download.finish(token, signal);
      this.#offer = null;
      // The next connection says of which life this is: if the document is in another by then, it is told so.
      if (downloaded === null || !this.#epoch.admitsCopy(downloaded.epoch)) return;
      Y.applyUpdate(this.doc, downloaded.update, this.#provider);
    } catch {
      // The connection has ended, and the next one goes on from here; or what came can't be read, and the socket brings it.
    } finally {
      this.#loading = null;
      this.#publish();
    }
  }

  /** What is answered within the time that there is for it, or that there is nothing. */
  #within(answer: Promise<boolean | null>, signal: AbortSignal): Promise<boolean | null> {
    return new Promise((resolve) => {
      const giveUp = () => resolve(false);
      const cancel = this.#context.clock.schedule(giveUp, SIZE_PATIENCE_MS);
      signal.addEventListener('abort', giveUp, { once: true });
      void answer.then(resolve).finally(() => {
        cancel();
        signal.removeEventListener('abort', giveUp);
      });
    });
  }

  #progress({ received, total }: LoadingProgress): void {
    const step = total / PROGRESS_STEPS;
    const shown = this.#loading === null ? 0 : Math.floor(this.#loading.received / step);
    if (this.#loading?.total === total && Math.floor(received / step) === shown) return;
    this.#loading = { received, total };
    this.#publish();
  }

  readonly #onUpdate = (_update: Uint8Array, origin: unknown): void => {
    this.#noteEpoch();
    if (origin === this.#provider) return;
    const copy = this.#store?.copyBehind(origin) ?? null;
    if (copy === null) this.#see({ type: 'changed' });
    else this.#restore(copy);
  };

  /** Told by the copy's first update, before the frame that may carry it; or by the store, when there was nothing new. */
  #restore(copy: LocalCopy): void {
    if (this.#copyKnown) return;
    this.#copyKnown = true;
    // With something of the document here, the server sends only what is missing in it.
    if (this.doc.store.clients.size > 0) this.#offer = null;
    this.#see({ type: 'restored', unsaved: copy.unsaved, whole: copy.whole });
  }

  #noteEpoch(): void {
    const epoch = this.#epoch.settle();
    if (epoch !== null) this.#store?.noteEpoch(epoch);
  }

  #hear(frame: ServerFrame): void {
    switch (frame.kind) {
      case 'authenticated':
        if (frame.epoch !== undefined && !this.#epoch.meet(frame.epoch)) {
          this.#see({ type: 'closed', close: closeCodes.staleEpoch, blamed: true });
          return;
        }
        this.#noteEpoch();
        // Before whatever is said to them: it is theirs.
        if (frame.user !== undefined) this.#userId.set(frame.user);
        this.#mayTryAnotherToken = this.#context.renewsTokens;
        this.#hasWaitedForToken = false;
        this.#see({ type: 'authenticated', scope: frame.scope === 'readonly' ? 'readonly' : 'read-write' });
        this.#events.connected();
        return;
      case 'denied':
        this.#denied(findCloseCode(frame.reason) ?? closeCodes.forbidden);
        return;
      case 'closed':
        this.#closedByServer(findCloseCode(frame.reason) ?? closeCodes.internalError);
        return;
      case 'step-2':
        this.#offer = null;
        this.#see({ type: 'content' });
        this.#context.onLoaded();
        this.#events.connected();
        return;
      case 'receipt':
        if (frame.durable) this.#rejoinFailures = 0;
        this.#see({ type: 'receipt', durable: frame.durable });
        return;
      case 'stateless':
        this.#hearStateless(frame.payload);
        return;
      case 'step-1':
      case 'update':
      case 'presence':
      case 'query-presence':
      case 'token-request':
        return;
      default:
        frame satisfies never;
    }
  }

  #denied(close: CloseCode): void {
    const isTooFresh =
      close.code === closeCodes.accessRevoked.code && this.#context.renewsTokens && !this.#hasWaitedForToken;
    this.#events.lost(this.#context.clock.now());
    this.#see({ type: 'closed', close, blamed: !isTooFresh });
    if (!isTooFresh) return;
    this.#hasWaitedForToken = true;
    this.#provider.onClose();
    this.#tryAgainAfter(TOKEN_SECOND_MS);
  }

  /** What an extension of the server says in a stateless message is not for the room. */
  #hearStateless(payload: string): void {
    if (this.#events.hear(payload)) return;
    const viewers = readViewers(payload);
    if (viewers !== null) this.#people.countViewers(viewers);
  }

  /** The server ended this document's connection and kept the socket. */
  #closedByServer(close: CloseCode): void {
    // A computer that slept through the end of its token was not there to be asked for a fresh one; nor may it have had one
    // in time when it was asked because of a revocation.
    const isOverdue = isAboutToken(close) && this.#mayTryAnotherToken;
    if (isOverdue) this.#mayTryAnotherToken = false;
    this.#people.countViewers(null);
    this.#events.lost(this.#context.clock.now());
    this.#see({ type: 'closed', close, blamed: !isOverdue });
    if (isOver(this.#machine) || this.#machine.link.phase === 'too-large') return;
    const delayMs = computeRetryDelayMs(this.#rejoinFailures, this.#context.random());
    this.#rejoinFailures += 1;
    this.#tryAgainAfter(delayMs);
  }

  #tryAgainAfter(delayMs: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#context.clock.schedule(() => {
      if (!this.#context.socket.isOpen) return;
      if (this.#provider.isJoined) void this.#provider.sendToken();
      else this.#provider.rejoin();
    }, delayMs);
  }

  #see(event: RoomEvent): void {
    if (this.#closed) return;
    const hadUnsaved = this.hasUnsaved();
    const wasOver = this.isOver();
    const { machine, effects } = advance(this.#machine, event, this.#context.clock.now());
    this.#machine = machine;
    for (const effect of effects) this.#perform(effect);
    this.#publish();
    if (hadUnsaved !== this.hasUnsaved()) this.#context.onUnsavedChanged();
    if (wasOver || !this.isOver()) return;
    this.#events.end(this.#describeEnd());
    this.#context.onOver();
  }

  #perform(effect: RoomEffect): void {
    switch (effect.type) {
      case 'detach':
        this.#provider.detach();
        this.#provider.onClose();
        return;
      case 'set-aside':
        this.#store?.setAside();
        return;
      case 'rejoin':
        this.#tryAgainAfter(TAKING_BACK_MS);
        return;
      case 'resync':
        this.#provider.resync();
        return;
      case 'note-unsaved':
        this.#store?.noteUnsaved(effect.unsaved);
        return;
      case 'note-whole':
        this.#store?.noteWhole();
        return;
      default:
        effect satisfies never;
    }
  }

  #describe(): RoomStatus {
    const { transport } = this.#context.socket;
    return {
      ...describeStatus(this.#machine, this.#context.clock.now()),
      ...(transport === null ? {} : { transport }),
      ...(this.#loading === null ? {} : { loading: this.#loading }),
    };
  }

  #publish(): void {
    if (this.#closed) return;
    const now = this.#context.clock.now();
    // Both before anybody is told of one: who hears the status and reads the other must not find that they differ.
    const tellStatus = this.#status.put(this.#describe());
    const tellSaved = this.#saved.put(isSaved(this.#machine));
    tellStatus();
    tellSaved();
    this.#waiters.check();
    const next = findNextChange(this.#machine, now);
    // An earlier alarm is kept: it finds out by itself that there is nothing to do yet.
    if (next === null || next >= this.#wakeAt) return;
    this.#cancelWake();
    this.#wakeAt = next;
    this.#cancelWake = this.#context.clock.schedule(() => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#see({ type: 'time-passed' });
    }, next - now);
  }

  #judge(reached: boolean): boolean {
    if (!reached && isOver(this.#machine)) throw this.#describeEnd();
    return reached;
  }

  #findEnd(): QuireError | null {
    if (this.#closed) return roomClosed();
    return isOver(this.#machine) ? this.#describeEnd() : null;
  }

  #describeEnd(): QuireError {
    const { reason } = this.#status.get();
    return new QuireError('refused', `The document can’t be used: ${reason ?? 'the server refused it'}.`);
  }
}

function isAboutToken({ code }: CloseCode): boolean {
  return code === closeCodes.unauthorized.code || code === closeCodes.accessRevoked.code;
}

function isSameStatus(a: RoomStatus, b: RoomStatus): boolean {
  return (
    a.state === b.state &&
    a.label === b.label &&
    a.loaded === b.loaded &&
    a.unsaved === b.unsaved &&
    a.reason === b.reason &&
    a.canEdit === b.canEdit &&
    a.admissions === b.admissions &&
    a.error === b.error &&
    a.retrying === b.retrying &&
    a.transport === b.transport &&
    a.loading === b.loading
  );
}
