import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';
import { BusError, type BusErrorCode, type BusStatus, type ClusterBus } from './cluster-bus.ts';

/**
 * A bus in one process, for tests and the simulator: nothing arrives before it is told to, in the same order each time, and
 * everything that can go wrong with a real one goes wrong on demand.
 */
export interface MemoryHub {
  /** A connection of this node. After the death of a node, its next life asks for one of its own. */
  bus(node: string): ClusterBus;

  /**
   * Hands over up to so many records and messages, the oldest first, and says how many. Who is still at work on records gets
   * none.
   */
  deliver(limit?: number): number;
  /**
   * Hands over all that can be, and what is published and told on account of it. Who takes records gets a turn of the event
   * loop for them, and is not waited for beyond that: it may wait for a clock.
   */
  flush(): Promise<void>;
  /** Records and messages that are on their way. */
  readonly waiting: number;

  /** From now on, what becomes of each record and message on its way is for `judge` to say; null: it arrives. */
  disturb(judge: Judge | null): void;
  /** The bus can't be reached by this node, or by none, and they know it; what was told them is gone. */
  cut(node?: string): void;
  /**
   * Half-open: this node is answered nothing, and finds it out after a second, if the hub has a clock.
   *
   * @param hears whether what it does arrives, as when only the answers are lost
   */
  silence(node: string, hears?: boolean): void;
  /** Takes no writes any more; everything else works. Nodes notice with their next write. */
  refuse(code: 'full' | 'read-only'): void;
  /** Everything works again: for this node, or for all. */
  heal(node?: string): void;

  /** Forgets all but the last records of a node, whoever has not read them yet. */
  trim(node: string, keep: number): void;
  /** Forgets everything that was published and announced. */
  forgetAll(): void;
  dump(): MemoryDump;
  /**
   * Everything is as it was then.
   *
   * @param isClockBehind its clock, too: what is published now gets the numbers of what was forgotten, and whoever has read
   * those takes it for old
   */
  rewind(dump: MemoryDump, isClockBehind?: boolean): void;
}

export interface MemoryDump {
  readonly last: number;
  readonly streams: ReadonlyMap<string, Readonly<Stream>>;
  readonly announcements: ReadonlyMap<string, Uint8Array>;
}

interface Stream {
  lastNumber: number;
  items: Item[];
}

interface Item {
  /** Greater than that of everything before it, on the whole hub. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Something on its way. */
export interface Passage {
  /** The node that it goes to. */
  readonly to: string;
  /** The node whose record it is, or the channel on which it was told. */
  readonly by: { readonly node: string } | { readonly channel: string };
  readonly bytes: Uint8Array;
}

export type Fate =
  | 'arrive'
  | 'lose'
  /** It arrives, and once more, at the next delivery. */
  | 'repeat'
  /** What is behind it arrives first. */
  | 'overtake'
  /** It does not arrive now, nor what is behind it. */
  | 'wait';

export type Judge = (passage: Passage) => Fate;

/** @param isAutomatic everything arrives by itself, a microtask later */
export function createMemoryHub(clock?: Clock, isAutomatic = false): MemoryHub {
  return new Hub(clock ?? null, isAutomatic);
}

/** As the real bus. */
const COMMAND_DEADLINE_MS = 1_000;
const RECORDS_AT_ONCE = 64;
/** As many messages wait for a node; further ones are dropped. */
const MAX_MESSAGES = 10_000;
/** Nodes that answer every message with a message would keep a delivery of everything from ending. */
const MAX_FLUSH_ROUNDS = 100_000;

const NO_STREAM: Readonly<Stream> = { lastNumber: 0, items: [] };

type Reach =
  | 'reached'
  | 'cut'
  | 'silent'
  /** Silent, but what it does arrives. */
  | 'unanswered';

class Hub implements MemoryHub {
  readonly clock: Clock | null;
  readonly buses = new Set<MemoryBus>();
  announcements = new Map<string, Uint8Array>();
  refusal: 'full' | 'read-only' | null = null;
  readonly #isAutomatic: boolean;
  readonly #reach = new Map<string, Reach>();
  #isDown = false;
  #isDeliveryDue = false;
  #streams = new Map<string, Stream>();
  #last = 0;
  #round = 0;
  #judge: Judge = () => 'arrive';

  constructor(clock: Clock | null, isAutomatic: boolean) {
    this.clock = clock;
    this.#isAutomatic = isAutomatic;
  }

  bus(node: string): ClusterBus {
    return new MemoryBus(this, node);
  }

  deliver(limit = Number.POSITIVE_INFINITY): number {
    this.#round += 1;
    for (const bus of this.buses) bus.noticeRewinds();
    const held = new Set<Line>();
    let delivered = 0;
    while (delivered < limit) {
      const next = this.#oldestLine(held);
      if (next === null) return delivered;
      delivered += this.#handOver(next, limit - delivered, held);
    }
    return delivered;
  }

  async flush(): Promise<void> {
    // Whoever took records gets further ones only once they are done, a turn later.
    for (let round = 0, quiet = 0; round < MAX_FLUSH_ROUNDS; round += 1) {
      quiet = this.deliver() === 0 ? quiet + 1 : 0;
      if (quiet > 1) return;
      await nextTurn();
    }
    throw new Error(`messages answer messages: ${MAX_FLUSH_ROUNDS} deliveries did not bring them to an end`);
  }

  get waiting(): number {
    let waiting = 0;
    for (const bus of this.buses) for (const line of bus.lines()) waiting += line.length;
    return waiting;
  }

  disturb(judge: Judge | null): void {
    this.#judge = judge ?? (() => 'arrive');
    this.wake();
  }

  cut(node?: string): void {
    if (node === undefined) this.#isDown = true;
    else this.#reach.set(node, 'cut');
    this.#reconsider();
  }

  silence(node: string, hears = false): void {
    this.#reach.set(node, hears ? 'unanswered' : 'silent');
    this.#reconsider();
  }

  refuse(code: 'full' | 'read-only'): void {
    this.refusal = code;
  }

  heal(node?: string): void {
    if (node === undefined) {
      this.#isDown = false;
      this.refusal = null;
      this.#reach.clear();
    } else {
      this.#reach.delete(node);
    }
    this.#reconsider();
    this.wake();
  }

  trim(node: string, keep: number): void {
    const stream = this.#streams.get(node);
    if (stream !== undefined) stream.items = stream.items.slice(Math.max(0, stream.items.length - keep));
  }

  forgetAll(): void {
    this.#streams = new Map();
    this.announcements = new Map();
  }

  dump(): MemoryDump {
    return { last: this.#last, streams: copyStreams(this.#streams), announcements: new Map(this.announcements) };
  }

  rewind(dump: MemoryDump, isClockBehind = false): void {
    this.#streams = copyStreams(dump.streams);
    this.announcements = new Map(dump.announcements);
    if (isClockBehind) this.#last = dump.last;
    this.wake();
  }

  reach(node: string): Reach {
    return this.#isDown ? 'cut' : (this.#reach.get(node) ?? 'reached');
  }

  stream(node: string): Readonly<Stream> {
    return this.#streams.get(node) ?? NO_STREAM;
  }

  append(node: string, bytes: Uint8Array): void {
    const stream = this.#streams.get(node) ?? { lastNumber: 0, items: [] };
    this.#streams.set(node, stream);
    stream.lastNumber = this.nextNumber();
    stream.items.push({ number: stream.lastNumber, bytes });
    this.wake();
  }

  erase(node: string): void {
    this.#streams.delete(node);
    this.announcements.delete(node);
  }

  nextNumber(): number {
    this.#last += 1;
    return this.#last;
  }

  /** In automatic mode, what is new arrives once the caller is done. */
  wake(): void {
    if (!this.#isAutomatic || this.#isDeliveryDue) return;
    this.#isDeliveryDue = true;
    queueMicrotask(() => {
      this.#isDeliveryDue = false;
      this.deliver();
    });
  }

  #reconsider(): void {
    for (const bus of this.buses) bus.reconsider();
  }

  #oldestLine(held: ReadonlySet<Line>): Next | null {
    let oldest: Next | null = null;
    for (const bus of this.buses) {
      for (const line of bus.readyLines()) {
        const item = held.has(line) ? undefined : line.first(this.#round);
        if (item !== undefined && (oldest === null || item.number < oldest.item.number)) oldest = { bus, line, item };
      }
    }
    return oldest;
  }

  #handOver({ bus, line }: Next, limit: number, held: Set<Line>): number {
    const strays = line.takeStrays(this.#round);
    const arriving: Item[] = [];
    let taken = strays.length;
    for (let item = line.peek(); item !== undefined && taken < limit; item = line.peek()) {
      if (arriving.length === RECORDS_AT_ONCE) break;
      const fate = this.#judge(passageOf(bus, line, item));
      if (fate === 'wait') {
        held.add(line);
        break;
      }
      line.pass(item);
      taken += 1;
      if (fate === 'arrive' || fate === 'repeat') arriving.push(item);
      if (fate === 'overtake' || fate === 'repeat') line.strays.push({ round: this.#round, item });
    }
    arriving.push(...strays);
    if (arriving.length > 0) bus.take(line, arriving);
    return taken;
  }
}

function copyStreams(streams: ReadonlyMap<string, Readonly<Stream>>): Map<string, Stream> {
  return new Map([...streams].map(([node, stream]) => [node, { ...stream, items: [...stream.items] }]));
}

interface Next {
  readonly bus: MemoryBus;
  readonly line: Line;
  readonly item: Item;
}

function passageOf(bus: MemoryBus, line: Line, { bytes }: Item): Passage {
  return { to: bus.node, by: line.by, bytes };
}

/** Records of one node, or the messages of one channel, on their way to one node. */
abstract class Line {
  readonly by: Passage['by'];
  /** What was overtaken, or arrives again: from the delivery after this round on. */
  strays: { readonly round: number; readonly item: Item }[] = [];

  constructor(by: Passage['by']) {
    this.by = by;
  }

  abstract peek(): Item | undefined;
  abstract pass(item: Item): void;
  protected abstract readonly freshLength: number;

  get length(): number {
    return this.freshLength + this.strays.length;
  }

  first(round: number): Item | undefined {
    return this.strays.find((stray) => stray.round < round)?.item ?? this.peek();
  }

  takeStrays(round: number): Item[] {
    const due = this.strays.filter((stray) => stray.round < round);
    this.strays = this.strays.filter((stray) => stray.round >= round);
    return due.map(({ item }) => item);
  }
}

class RecordLine extends Line {
  readonly from: string;
  readonly #hub: Hub;
  #position: number;

  constructor(hub: Hub, from: string) {
    super({ node: from });
    this.from = from;
    this.#hub = hub;
    this.#position = hub.stream(from).lastNumber;
  }

  peek(): Item | undefined {
    return this.#hub.stream(this.from).items[this.#firstIndex()];
  }

  pass(item: Item): void {
    this.#position = item.number;
  }

  /** A stream that ends before what was read of it is another one: it is read from its start. */
  noticeRewind(): void {
    if (this.#position > this.#hub.stream(this.from).lastNumber) this.#position = 0;
  }

  protected get freshLength(): number {
    return this.#hub.stream(this.from).items.length - this.#firstIndex();
  }

  #firstIndex(): number {
    const { items } = this.#hub.stream(this.from);
    // From the end: a reader is seldom far behind.
    let index = items.length;
    while (index > 0 && (items[index - 1]?.number ?? 0) > this.#position) index -= 1;
    return index;
  }
}

class MessageLine extends Line {
  readonly listeners = new Set<(message: Uint8Array) => void>();
  /** The bus knows that it is listened on. */
  isKnown = false;
  #items: Item[] = [];

  constructor(channel: string) {
    super({ channel });
  }

  add(item: Item): void {
    if (this.#items.length < MAX_MESSAGES) this.#items.push(item);
  }

  clear(): void {
    this.#items = [];
    this.strays = [];
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  pass(): void {
    this.#items.shift();
  }

  protected get freshLength(): number {
    return this.#items.length;
  }
}

type Life = 'unopened' | 'opening' | 'open' | 'closed';

interface Unanswered {
  answer(): void;
  fail(error: BusError): void;
}

class MemoryBus implements ClusterBus {
  readonly node: string;
  readonly #hub: Hub;
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

  constructor(hub: Hub, node: string) {
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
      if (refusal === null) return work();
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
