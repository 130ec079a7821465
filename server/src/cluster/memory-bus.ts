import { type Clock, systemClock } from '../clock.ts';
import { BusError, type BusErrorCode, type BusStatus, type ClusterBus } from './cluster-bus.ts';
import { type Item, type Line, MessageLine, RecordLine, type Streams } from './memory-lines.ts';

/** As the real bus. */
const COMMAND_DEADLINE_MS = 1_000;
export const RECORDS_AT_ONCE = 64;

export type Reach =
  | 'reached'
  | 'cut'
  | 'silent'
  /** Silent, but what it does arrives. */
  | 'unanswered';

/** The hub, as the connections of nodes see it. */
export interface BusOwner extends Streams {
  readonly clock: Clock | null;
  /** Those that were opened, and are not closed. */
  readonly buses: Set<MemoryBus>;
  /** What nodes said last. */
  readonly announcements: Map<string, Uint8Array>;
  /** Why it takes no writes; null: it takes them. */
  readonly refusal: 'full' | 'read-only' | null;
  /** Asked once for each write: there is no room for this one. */
  refusesThisWrite(): boolean;
  reach(node: string): Reach;
  append(node: string, bytes: Uint8Array): void;
  erase(node: string): void;
  nextNumber(): number;
  /** Something may be handed over. */
  wake(): void;
}

type Life = 'unopened' | 'opening' | 'open' | 'closed';

interface Unanswered {
  answer(): void;
  fail(error: BusError): void;
}

/** The connection of one node to a hub. */
export class MemoryBus implements ClusterBus {
  readonly node: string;
  readonly #hub: BusOwner;
  #life: Life = 'unopened';
  #status: BusStatus = { state: 'connecting' };
  readonly #statusListeners = new Set<(status: BusStatus) => void>();
  /** It was found out that writes are refused, or that nothing is answered. */
  #noticed: 'nothing' | 'refusal' | 'silence' = 'nothing';
  #cancelDeadline: (() => void) | null = null;
  #unanswered: Unanswered[] = [];
  #followed = new Map<string, RecordLine>();
  #takeRecords: ((from: string, records: readonly Uint8Array[]) => Promise<void>) | null = null;
  #isTaking = false;
  readonly #channels = new Map<string, MessageLine>();
  #awaitingReach: (() => void)[] = [];

  constructor(hub: BusOwner, node: string) {
    this.#hub = hub;
    this.node = node;
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  open(): void {
    if (this.#life !== 'unopened') return;
    this.#life = 'opening';
    this.#hub.buses.add(this);
    queueMicrotask(() => {
      if (this.#life !== 'opening') return;
      this.#life = 'open';
      this.reconsider();
    });
  }

  publish(record: Uint8Array): Promise<void> {
    const bytes = record.slice();
    return this.#write(() => this.#hub.append(this.node, bytes));
  }

  follow(nodes: readonly string[]): Promise<void> {
    return this.#command(() => {
      const followed = nodes.map(
        (node) => [node, this.#followed.get(node) ?? new RecordLine(this.#hub, node)] as const,
      );
      this.#followed = new Map(followed);
    });
  }

  async *past(node: string): AsyncIterable<readonly Uint8Array[]> {
    const items = await this.#command(() => [...this.#hub.stream(node).items]);
    for (let at = 0; at < items.length; at += RECORDS_AT_ONCE) {
      yield items.slice(at, at + RECORDS_AT_ONCE).map(({ bytes }) => bytes.slice());
    }
  }

  onRecords(listener: (from: string, records: readonly Uint8Array[]) => Promise<void>): void {
    this.#takeRecords = listener;
    this.#hub.wake();
  }

  announce(announcement: Uint8Array): Promise<void> {
    const bytes = announcement.slice();
    return this.#write(() => {
      this.#hub.announcements.set(this.node, bytes);
    });
  }

  announcements(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#command(() => new Map(this.#hub.announcements));
  }

  time(): Promise<number> {
    return this.#command(() => (this.#hub.clock ?? systemClock).now());
  }

  erase(node: string): Promise<void> {
    return this.#write(() => this.#hub.erase(node));
  }

  tell(channel: string, message: Uint8Array): Promise<number> {
    const bytes = message.slice();
    return this.#command(() => {
      const item = { number: this.#hub.nextNumber(), bytes };
      let listening = 0;
      for (const bus of this.#hub.buses) if (bus.hear(channel, item)) listening += 1;
      this.#hub.wake();
      return listening;
    }).catch(() => 0);
  }

  async listen(channel: string, listener: (message: Uint8Array) => void, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) return () => {};
    const line = this.#channels.get(channel) ?? new MessageLine(channel);
    this.#channels.set(channel, line);
    // The same function may listen twice.
    const own = (message: Uint8Array): void => listener(message);
    line.listeners.add(own);
    const stop = (): void => {
      line.listeners.delete(own);
      if (line.listeners.size === 0 && this.#channels.get(channel) === line) this.#channels.delete(channel);
    };
    signal?.addEventListener('abort', stop, { once: true });
    await this.#whenReached(signal);
    line.isKnown = true;
    return stop;
  }

  async close(): Promise<void> {
    if (this.#life === 'closed') return;
    this.#life = 'closed';
    this.#hub.buses.delete(this);
    this.reconsider();
    this.#failUnanswered(new BusError('closed', 'the bus is closed'));
    for (const resolve of this.#awaitingReach.splice(0)) resolve();
  }

  // What follows is for the hub.

  *lines(): Iterable<Line> {
    yield* this.#followed.values();
    yield* this.#channels.values();
  }

  *readyLines(): Iterable<Line> {
    if (!this.#isReached) return;
    if (this.#takeRecords !== null && !this.#isTaking) yield* this.#followed.values();
    yield* this.#channels.values();
  }

  noticeRewinds(): void {
    if (this.#isReached) for (const line of this.#followed.values()) line.noticeRewind();
  }

  take(line: Line, items: readonly Item[]): void {
    if (line instanceof MessageLine) {
      for (const { bytes } of items) for (const listener of [...line.listeners]) listener(bytes.slice());
    } else if (line instanceof RecordLine && this.#takeRecords !== null) {
      this.#isTaking = true;
      const records = items.map(({ bytes }) => bytes.slice());
      void this.#takeRecords(line.from, records).finally(() => {
        this.#isTaking = false;
        this.#hub.wake();
      });
    }
  }

  /** @returns whether it listens */
  hear(channel: string, item: Item): boolean {
    const line = this.#channels.get(channel);
    if (line === undefined || (!this.#isReached && !(line.isKnown && this.#isHalfOpen))) return false;
    line.add(item);
    return true;
  }

  /** What is told lies on the line until it works again, or this node gives it up. */
  get #isHalfOpen(): boolean {
    const reach = this.#hub.reach(this.node);
    return this.#life === 'open' && this.#noticed !== 'silence' && reach !== 'cut';
  }

  /** What the hub is like has changed, or what is known of it. */
  reconsider(): void {
    const reach = this.#hub.reach(this.node);
    if (reach === 'cut' || this.#life === 'closed') for (const line of this.#channels.values()) line.clear();
    switch (reach) {
      case 'reached':
        this.#endSilence();
        if (this.#noticed === 'silence' || this.#hub.refusal === null) this.#noticed = 'nothing';
        for (const each of this.#unanswered.splice(0)) each.answer();
        break;
      case 'cut':
        this.#endSilence();
        this.#failUnanswered(unreachable());
        break;
      case 'silent':
      case 'unanswered':
        if (this.#life === 'open' && this.#noticed !== 'silence') this.#awaitSilence();
        break;
    }
    if (this.#life === 'closed') this.#endSilence();
    this.#tellStatus();
    if (this.#isReached) for (const resolve of this.#awaitingReach.splice(0)) resolve();
  }

  get #isReached(): boolean {
    return this.#life === 'open' && this.#noticed !== 'silence' && this.#hub.reach(this.node) === 'reached';
  }

  #whenReached(signal?: AbortSignal): Promise<void> {
    if (this.#isReached || this.#life === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaitingReach.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #write<T>(work: () => T): Promise<T> {
    return this.#command(() => {
      const { refusal } = this.#hub;
      if (refusal === null) {
        if (this.#hub.refusesThisWrite()) throw refused('full');
        return work();
      }
      this.#noticed = 'refusal';
      this.#tellStatus();
      throw refused(refusal);
    });
  }

  #command<T>(work: () => T): Promise<T> {
    if (this.#life === 'closed') return Promise.reject(new BusError('closed', 'the bus is closed'));
    if (this.#life !== 'open' || this.#noticed === 'silence') return Promise.reject(unreachable());
    const reach = this.#hub.reach(this.node);
    switch (reach) {
      case 'reached':
        return attempt(work);
      case 'cut':
        return Promise.reject(unreachable());
      case 'silent':
        return this.#untilAnswered(() => attempt(work));
      case 'unanswered': {
        const outcome = attempt(work);
        outcome.catch(() => {}); // told once it is answered, or never
        return this.#untilAnswered(() => outcome);
      }
    }
  }

  #untilAnswered<T>(outcome: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#unanswered.push({ answer: () => resolve(outcome()), fail: reject });
    });
  }

  #failUnanswered(error: BusError): void {
    for (const each of this.#unanswered.splice(0)) each.fail(error);
  }

  #awaitSilence(): void {
    this.#cancelDeadline ??=
      this.#hub.clock?.after(COMMAND_DEADLINE_MS, () => {
        this.#cancelDeadline = null;
        this.#noticed = 'silence';
        for (const line of this.#channels.values()) line.clear();
        this.#failUnanswered(unreachable());
        this.#tellStatus();
      }) ?? null;
  }

  #endSilence(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
  }

  #tellStatus(): void {
    const next = this.#currentStatus();
    if (isSameStatus(this.#status, next)) return;
    this.#status = next;
    for (const listener of [...this.#statusListeners]) listener(next);
  }

  #currentStatus(): BusStatus {
    if (this.#life === 'closed') return { state: 'closed' };
    if (this.#life !== 'open') return { state: 'connecting' };
    if (this.#hub.reach(this.node) === 'cut' || this.#noticed === 'silence') return this.#away(unreachable());
    if (this.#noticed === 'refusal' && this.#hub.refusal !== null) return this.#away(refused(this.#hub.refusal));
    return { state: 'connected' };
  }

  #away(error: BusError): BusStatus {
    const since = this.#status.state === 'away' ? this.#status.since : (this.#hub.clock?.now() ?? 0);
    return { state: 'away', error, since };
  }
}

/** As a server would: later, whatever comes of it. */
async function attempt<T>(work: () => T): Promise<T> {
  return work();
}

function isSameStatus(one: BusStatus, other: BusStatus): boolean {
  if (one.state !== 'away' || other.state !== 'away') return one.state === other.state;
  return one.error.code === other.error.code;
}

function unreachable(): BusError {
  return new BusError('unreachable', 'the bus can not be reached: the hub was told so');
}

function refused(code: BusErrorCode): BusError {
  return new BusError(code, `the bus takes no writes (${code}): the hub was told so`);
}
