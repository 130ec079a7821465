import {
  type EventGap,
  type EventNotice,
  type EventRefusalCode,
  eventRefusals,
  readEventNotice,
  sayEventAgain,
  type WireEvent,
  writeEventRequest,
} from '@quire/protocol/wire';
import type { EventMap, ReceivedEvent, RoomEvents, SentEvent } from './api.ts';
import type { Clock } from './clock.ts';
import { QuireError } from './errors.ts';
import { beginListening, type EventStream, hearEvent, nothingHeard, pointOf } from './event-stream.ts';
import { listenUntilAborted } from './listen-until-aborted.ts';
import { tell } from './readable.ts';
import { createWaiters } from './waiters.ts';

/** What events need of their room. */
export interface RoomEventsOptions {
  /** @returns whether it left: it does not before the server has let the room in */
  say(payload: string): boolean;
  /** As whom this page is shown to others; also names what it sends, so it must be its own. */
  readonly clientId: number;
  readonly clock: Clock;
  /** Why the room is of no use any more; null while it is. */
  findEnd(): QuireError | null;
}

/** A room's events, and what they are told of their room. */
export interface RoomEventsLink {
  readonly events: RoomEvents;
  /** Something can be said now, perhaps for the first time on this connection. */
  connected(): void;
  /** The connection is gone. @param heardAt when the server was last heard on it */
  lost(heardAt: number): void;
  /** A stateless message of the server. @returns whether it was about events */
  hear(payload: string): boolean;
  /** The room is of no use any more. */
  end(reason: QuireError): void;
}

/** Whether the server was asked, on this connection, to be told of events. */
type Listening = 'no' | 'asked' | 'yes';

/**
 * An event that has no answer yet. On the next connection it is sent again, and the server knows it by its reference, or says
 * that it can't know any more. One that came too fast is said again as well, and what is sent meanwhile waits behind it.
 */
interface Waiting {
  readonly payload: string;
  /** When it was first said on a connection that was then lost, so that it may have arrived. */
  doubtfulSince: number | null;
  /** When it was said on the present connection; null where it is still to be said. */
  saidAt: number | null;
  resolve(sent: SentEvent): void;
  reject(reason: unknown): void;
}

type Heard = (event: ReceivedEvent) => void;

/** More than anybody waits for; a page that sends positions while it is offline would fill its memory. */
const MOST_WAITING = 256;

/** The server takes so many questions and events in a second: what came too fast is said again then. */
const AGAIN_MS = 1_000;

export function createRoomEvents(options: RoomEventsOptions): RoomEventsLink {
  return new LiveRoomEvents(options);
}

class LiveRoomEvents implements RoomEventsLink, RoomEvents {
  readonly #options: RoomEventsOptions;
  readonly #listeners = new Map<string, Set<Heard>>();
  readonly #gapListeners = new Set<(gap: EventGap) => void>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #waiters = createWaiters();
  #stream: EventStream = nothingHeard;
  #isWanted = false;
  #listening: Listening = 'no';
  #heardAt: number;
  #sent = 0;
  #cancelAsking: () => void = () => {};
  /** Ends the wait after an event that came too fast; null while events are said as they come. */
  #cancelPause: (() => void) | null = null;

  constructor(options: RoomEventsOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  get events(): RoomEvents {
    return this;
  }

  on<Name extends keyof EventMap & string>(
    name: Name,
    listener: (event: ReceivedEvent<Name, EventMap[Name]>) => void,
    { signal }: { signal?: AbortSignal } = {},
  ): () => void {
    // Wrapped, so that one function that listens twice is told twice and removed once.
    const entry: Heard = (event) => listener(event as ReceivedEvent<Name, EventMap[Name]>);
    const begin = () => {
      const listeners = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, listeners);
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
        if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
      };
    };
    return this.#listen(begin, signal);
  }

  onGap(listener: (gap: EventGap) => void, { signal }: { signal?: AbortSignal } = {}): () => void {
    const entry = (gap: EventGap) => listener(gap);
    const begin = () => {
      this.#gapListeners.add(entry);
      return () => this.#gapListeners.delete(entry);
    };
    return this.#listen(begin, signal);
  }

  whenListening({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#want();
    return this.#waiters.wait(() => this.#listening === 'yes', signal);
  }

  async send<Name extends keyof EventMap & string>(
    name: Name,
    data?: EventMap[Name],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<SentEvent> {
    signal?.throwIfAborted();
    const end = this.#options.findEnd();
    if (end !== null) throw end;
    if (this.#waiting.size >= MOST_WAITING)
      throw refusalOf('too-many-events', 'Too many events wait for a connection.');
    const { clientId } = this.#options;
    this.#sent += 1;
    const ref = `${clientId.toString(36)}-${this.#sent.toString(36)}`;
    const payload = writeEventRequest({ kind: 'send', ref, name, data: data ?? null, clientId });
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(ref);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        payload,
        doubtfulSince: null,
        saidAt: null,
        resolve(sent) {
          settle();
          resolve(sent);
        },
        reject(reason) {
          settle();
          reject(reason);
        },
      };
      const onAbort = () => waiting.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(ref, waiting);
      if (this.#mayGoOn) this.#say(waiting);
    });
  }

  connected(): void {
    this.#ask();
    this.#sayWaiting();
  }

  lost(heardAt: number): void {
    if (this.#listening === 'yes') this.#heardAt = heardAt;
    this.#listening = 'no';
    this.#cancelAsking();
    this.#endPause();
    for (const waiting of this.#waiting.values()) {
      waiting.doubtfulSince ??= waiting.saidAt;
      waiting.saidAt = null;
    }
  }

  hear(payload: string): boolean {
    const notice = readEventNotice(payload);
    if (notice === null) return false;
    this.#take(notice);
    return true;
  }

  end(reason: QuireError): void {
    this.#cancelAsking();
    this.#endPause();
    this.#waiters.close(reason);
    for (const waiting of [...this.#waiting.values()]) waiting.reject(reason);
  }

  #take(notice: EventNotice): void {
    switch (notice.kind) {
      case 'event':
        this.#hear(notice.event);
        return;
      case 'listening':
        this.#takeListening(notice);
        return;
      case 'gap':
        this.#tellGap(notice.gap);
        return;
      case 'taken':
        this.#waiting.get(notice.ref)?.resolve({ id: notice.id, at: notice.time });
        return;
      case 'refused':
        if (notice.ref !== null) this.#takeRefusal(notice.ref, notice.code, notice.detail);
        else if (this.#listening === 'asked') this.#askLater();
        return;
      default:
        notice satisfies never;
    }
  }

  #takeListening(notice: Extract<EventNotice, { kind: 'listening' }>): void {
    const { missed, stream } = beginListening(this.#stream, notice);
    this.#stream = stream;
    this.#listening = 'yes';
    this.#waiters.check();
    // Before what is there: who fetches everything anew because of it then adds this.
    if (notice.gap !== null) this.#tellGap(notice.gap);
    for (const event of missed) this.#tell(event);
  }

  /** Too many at once, as after a reconnect, is no fault of any one of them: it goes on waiting. */
  #takeRefusal(ref: string, code: EventRefusalCode, detail: string): void {
    const waiting = this.#waiting.get(ref);
    if (code === 'maybe-taken') waiting?.reject(unconfirmed());
    else if (code !== 'too-many-events') waiting?.reject(refusalOf(code, detail));
    else if (waiting !== undefined) {
      waiting.saidAt = null;
      this.#pause();
    }
  }

  #pause(): void {
    this.#cancelPause ??= this.#options.clock.schedule(() => {
      this.#cancelPause = null;
      this.#sayWaiting();
    }, AGAIN_MS);
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = null;
  }

  /** In the order in which they were sent. */
  #sayWaiting(): void {
    if (!this.#mayGoOn) return;
    for (const waiting of [...this.#waiting.values()]) if (waiting.saidAt === null) this.#say(waiting);
  }

  #say(waiting: Waiting): void {
    const { doubtfulSince, payload } = waiting;
    const now = this.#options.clock.now();
    const words = doubtfulSince === null ? payload : sayEventAgain(payload, now - doubtfulSince);
    if (this.#options.say(words)) waiting.saidAt = now;
  }

  /** Not in the pause after one that came too fast. */
  get #mayGoOn(): boolean {
    return this.#cancelPause === null;
  }

  #hear(event: WireEvent): void {
    const stream = hearEvent(this.#stream, event);
    if (stream === null) return;
    this.#stream = stream;
    this.#tell(event);
  }

  #tell({ data, from, id, name, time }: WireEvent): void {
    const isMine = from.clientId === this.#options.clientId;
    const event: ReceivedEvent = { id, name, data, from, at: time, isMine };
    for (const listener of [...(this.#listeners.get(name) ?? [])]) tell(listener, event);
  }

  #tellGap(gap: EventGap): void {
    for (const listener of [...this.#gapListeners]) tell(listener, gap);
  }

  #listen(begin: () => () => void, signal: AbortSignal | undefined): () => void {
    const stop = listenUntilAborted(begin, signal);
    if (signal?.aborted !== true) this.#want();
    return stop;
  }

  #want(): void {
    this.#isWanted = true;
    this.#ask();
  }

  /** Nobody is told of events who does not ask, once on every connection. */
  #ask(): void {
    if (!this.#isWanted || this.#listening !== 'no') return;
    const after = pointOf(this.#stream, this.#options.clock.now() - this.#heardAt);
    if (this.#options.say(writeEventRequest({ kind: 'listen', after }))) this.#listening = 'asked';
  }

  #askLater(): void {
    this.#cancelAsking();
    this.#cancelAsking = this.#options.clock.schedule(() => {
      if (this.#listening === 'asked') this.#listening = 'no';
      this.#ask();
    }, AGAIN_MS);
  }
}

function refusalOf(code: EventRefusalCode, detail: string): QuireError {
  const status = eventRefusals[code]?.status; // of a newer server, not in our table
  return new QuireError('refused', `The event was not sent: ${detail}`, {
    problem: code,
    ...(status === undefined ? {} : { status }),
  });
}

function unconfirmed(): QuireError {
  return new QuireError(
    'unconfirmed',
    'The event may have arrived: its answer was lost. Sent again, others may hear it twice.',
  );
}
