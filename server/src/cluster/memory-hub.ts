import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { ClusterBus } from './cluster-bus.ts';
import { type BusOwner, MemoryBus, RECORDS_AT_ONCE, type Reach } from './memory-bus.ts';
import type { Item, Line, Origin, Stream } from './memory-lines.ts';

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
  /** Has no room for one write, after so many more, and takes those behind it. */
  refuseOne(after?: number): void;
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
/** Something on its way. */
export interface Passage {
  /** The node that it goes to. */
  readonly to: string;
  readonly by: Origin;
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

/** Nodes that answer every message with a message would keep a delivery of everything from ending. */
const MAX_FLUSH_ROUNDS = 100_000;

const NO_STREAM: Readonly<Stream> = { lastNumber: 0, items: [] };

class Hub implements MemoryHub, BusOwner {
  readonly clock: Clock | null;
  readonly buses = new Set<MemoryBus>();
  announcements = new Map<string, Uint8Array>();
  refusal: 'full' | 'read-only' | null = null;
  /** Writes until the one for which there is no room; null: there is room for each. */
  #writesToRefusal: number | null = null;
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

  refuseOne(after = 0): void {
    this.#writesToRefusal = after;
  }

  refusesThisWrite(): boolean {
    if (this.#writesToRefusal === null) return false;
    const isRefused = this.#writesToRefusal === 0;
    this.#writesToRefusal = isRefused ? null : this.#writesToRefusal - 1;
    return isRefused;
  }

  heal(node?: string): void {
    if (node === undefined) {
      this.#isDown = false;
      this.refusal = null;
      this.#writesToRefusal = null;
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
