import { randomBytes } from 'node:crypto';
import { type EventGap, type EventHeads, type EventPoint, nameEvent, parseEventId } from '@quire/protocol';

/** What is remembered of a document's events, for who was away for a moment. */
export interface ReplayLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** What all logs of a node hold, and may hold, together. */
export interface ReplayBudget {
  bytes: number;
  readonly maxBytes: number;
  /** Has another log, that nobody uses now, forget everything. @returns false when there is none */
  relieve(log: EventLog): boolean;
}

/** An event as it is told: to everybody here, and to other nodes. */
export interface LoggedEvent {
  readonly id: string;
  /** Names it to whoever sent it, and sends it again when the answer got lost; empty when nobody would know it again. */
  readonly key: string;
  readonly time: number;
  /** The message that clients get. */
  readonly payload: string;
}

/** Names an event to whoever may send it again, on another node too. */
export type EventKey = Pick<LoggedEvent, 'id' | 'key' | 'time'>;

/** Who comes back is told this. */
export interface Missed {
  readonly events: readonly string[];
  readonly gap: EventGap | null;
}

/** `known`: heard before, perhaps as another node took it. `after-a-gap`: something before it got lost. */
export type Hearing = 'new' | 'known' | 'after-a-gap' | 'known-after-a-gap';

interface Stream {
  last: number;
  /** Of those up to this one, some can't be had any more. What was sent before this log first heard of the stream does not count. */
  lost: number;
}

interface Held {
  readonly stream: string;
  readonly number: number;
  readonly event: LoggedEvent;
  readonly at: number;
}

/** How far back a log knows what it was told, monotonic. */
export interface EventMemory {
  /** Keys that it would know of this moment or before may have been forgotten. */
  readonly forgottenAt: number;
  /** Since when it hears of the keys of other nodes; for ever, where there are none. */
  readonly heardSince: number;
}

const REMEMBERS_ALL: EventMemory = {
  forgottenAt: Number.NEGATIVE_INFINITY,
  heardSince: Number.NEGATIVE_INFINITY,
};

interface KnownKey {
  readonly event: Pick<LoggedEvent, 'id' | 'time'>;
  /** The same event, as other nodes took it that did not know of this one yet. */
  readonly twins: string[];
  readonly at: number;
}

/** A node that opens a document is one; so is each backend's node. The one that was silent for longest goes first. */
const MOST_STREAMS = 64;

/** What names events of a document to those who sent them. The oldest go first. */
export const MOST_KEYS = 1_000;

/** Of those a node that has just opened the document is told the latest, in so many characters. */
const MOST_TOLD_CHARACTERS = 256 * 1024;

/** What an event takes up beside its payload, and a key beside its characters. */
const HELD_BYTES = 200;

/** Two lines are never equally fast: what was on its way here may have been sent as much earlier. */
const LATENCY_MS = 1_000;

/** A node notices sooner than that, by a pulse of the other, that events of it got lost. */
const NOTICED_AFTER_MS = 10_000;

const randomName = (): string => randomBytes(6).toString('base64url');

/**
 * The last events of one document on this node, in the order in which they came here. Every node numbers those that it takes
 * in a stream of its own, without a gap: so whoever knows how far they heard each stream gets exactly what they missed, here
 * or on another node, or hears that it can't be had.
 */
export class EventLog {
  readonly #limits: ReplayLimits;
  readonly #budget: ReplayBudget;
  readonly #own = randomName();
  readonly #streams = new Map<string, Stream>();
  readonly #held: Held[] = [];
  readonly #keys = new Map<string, KnownKey>();
  /** Another one whenever events may have been missed that nobody can count. */
  #name = randomName();
  /** Since when no event of another node was missed, monotonic. */
  #coversSince: number;
  #forgottenAt: number;
  #heardSince: number;
  #bytes = 0;
  #lastAt: number;
  #takenAt = Number.NEGATIVE_INFINITY;

  /** @param coversSince since when events of other nodes are heard; for ever, where there are none */
  constructor(
    limits: ReplayLimits,
    budget: ReplayBudget,
    now: number,
    coversSince: number,
    { forgottenAt, heardSince }: EventMemory = REMEMBERS_ALL,
  ) {
    this.#forgottenAt = forgottenAt;
    this.#heardSince = heardSince;
    this.#limits = limits;
    this.#budget = budget;
    this.#coversSince = coversSince;
    this.#lastAt = now;
    this.#streams.set(this.#own, { last: 0, lost: 0 });
  }

  get name(): string {
    return this.#name;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When it was last added to. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** The last event of our own; empty before the first. */
  get head(): string {
    const { last = 0 } = this.#streams.get(this.#own) ?? {};
    return last === 0 ? '' : nameEvent(this.#own, last);
  }

  /** When that was taken, monotonic. */
  get headAt(): number {
    return this.#takenAt;
  }

  get heads(): EventHeads {
    return [...this.#streams].map(([stream, { last }]) => [stream, last] as const);
  }

  /**
   * What this node has taken within the last moment: another node that opens the document may have done so before, and let
   * people in, without anybody knowing of it here.
   */
  recent(now: number): readonly LoggedEvent[] {
    return this.#held.flatMap(({ at, event, stream }) => {
      return stream === this.#own && now - at < LATENCY_MS ? event : [];
    });
  }

  /**
   * What other nodes take is heard from this moment on, monotonic; for ever: it is not. What was sent meanwhile nobody knows: that
   * it was shows by the numbers only where its node is still heard of, and keys, by which events would be known again, do not come
   * any more.
   */
  cover(since: number): void {
    this.#coversSince = since;
    this.#heardSince = since;
    this.#name = randomName();
  }

  /** Keys of this moment or before may have been forgotten, monotonic. */
  get forgottenAt(): number {
    return this.#forgottenAt;
  }

  /** Whether the key of what was said then would be known here if it had been taken, by whichever node. */
  wouldKnow(saidAt: number): boolean {
    return saidAt - LATENCY_MS >= Math.max(this.#forgottenAt, this.#heardSince);
  }

  findKey(key: string): Pick<LoggedEvent, 'id' | 'time'> | null {
    return key === '' ? null : (this.#keys.get(key)?.event ?? null);
  }

  /** Numbers an event that this node takes. @param write what clients get, once it has an id */
  add(key: string, time: number, now: number, write: (id: string) => string): LoggedEvent {
    const stream = this.#streamOf(this.#own);
    const id = nameEvent(this.#own, stream.last + 1);
    const event = { id, key, time, payload: write(id) };
    stream.last += 1;
    this.#takenAt = now;
    this.#keep(this.#own, stream.last, event, now);
    return event;
  }

  /**
   * An event that another node has taken.
   *
   * @param isCounted that node has said before how far its events had come: what is not known here got lost on the way
   */
  hear(event: LoggedEvent, now: number, isCounted: boolean): Hearing {
    const { stream: name, number } = parseEventId(event.id) ?? { stream: '', number: 0 };
    if (number === 0) return 'known'; // not an id of this version's
    const isFirst = !this.#streams.has(name) && !isCounted;
    const stream = this.#streamOf(name);
    if (number <= stream.last) return 'known';
    const hasGap = !isFirst && number > stream.last + 1;
    if (hasGap) stream.lost = number - 1;
    stream.last = number;
    if (this.#noteTwin(event)) return hasGap ? 'known-after-a-gap' : 'known';
    this.#keep(name, number, event, now);
    return hasGap ? 'after-a-gap' : 'new';
  }

  /** Another node says which event was its last, for the first time or again. @returns whether some got lost on the way here */
  reach(head: string, isCounted: boolean): boolean {
    const last = parseEventId(head);
    if (last === null) return false;
    const isFirst = !this.#streams.has(last.stream) && !isCounted;
    const stream = this.#streamOf(last.stream);
    if (stream.last >= last.number) return false;
    stream.last = last.number;
    if (isFirst) return false;
    stream.lost = last.number;
    return true;
  }

  /** Of what this node has taken: another one that opens the document is sent it again. The latest first. */
  ownKeys(now: number): readonly EventKey[] {
    this.prune(now);
    const keys: EventKey[] = [];
    let characters = 0;
    for (const [key, { event }] of [...this.#keys].reverse()) {
      if (parseEventId(event.id)?.stream !== this.#own) continue;
      characters += key.length + event.id.length;
      if (characters > MOST_TOLD_CHARACTERS) break;
      keys.push({ ...event, key });
    }
    return keys;
  }

  /** What another node has taken. */
  learnKeys(keys: readonly EventKey[], now: number): void {
    for (const each of keys) {
      if (!this.#keys.has(each.key)) this.#keepKey(each, now);
      else this.#noteTwin(each);
    }
    this.#relieve();
    this.#fitKeys();
  }

  /** An event that concerns nobody here: nor is it missed. */
  pass(id: string): void {
    const passed = parseEventId(id);
    if (passed === null) return;
    const stream = this.#streamOf(passed.stream);
    stream.last = Math.max(stream.last, passed.number);
  }

  /** What somebody missed who has heard so much. */
  miss({ awayMs, heads, log }: EventPoint, now: number): Missed {
    this.prune(now);
    const heard = new Map(heads);
    const isSame = log === this.#name;
    const awaySince = now - awayMs;
    const isCertain = isSame && this.#coversSince < Number.POSITIVE_INFINITY;
    const isUnknown = !isCertain && this.#coversSince > awaySince - LATENCY_MS;
    const isLost = [...this.#streams].some(([stream, { lost }]) => lost > (heard.get(stream) ?? 0));
    const missed = this.#held.filter(({ event, stream, number, at }) => {
      if (this.#isHeardAsTwin(event, heard)) return false;
      const last = heard.get(stream);
      // A stream that they never heard of may be older than their stay; or their node had yet to notice what it missed.
      return last === undefined ? isSame || at >= awaySince - NOTICED_AFTER_MS : number > last;
    });
    return { events: missed.map(({ event }) => event.payload), gap: isLost ? 'lost' : isUnknown ? 'unknown' : null };
  }

  /** Lets go of what is too old. */
  prune(now: number): void {
    const { maxAgeMs } = this.#limits;
    const young = this.#held.findIndex(({ at }) => now - at < maxAgeMs);
    this.#letGoOf(young === -1 ? this.#held.length : young);
    for (const [key, { at }] of this.#keys) {
      if (now - at < maxAgeMs) break; // in the order in which they came
      this.#forgetKey(key);
    }
  }

  /** Gives everything back. */
  clear(): void {
    this.#letGoOf(this.#held.length);
    for (const key of this.#keys.keys()) this.#forgetKey(key);
  }

  #streamOf(name: string): Stream {
    const known = this.#streams.get(name);
    if (known !== undefined) {
      if (name !== this.#own) {
        this.#streams.delete(name);
        this.#streams.set(name, known);
      }
      return known;
    }
    const stream = { last: 0, lost: 0 };
    this.#streams.set(name, stream);
    if (this.#streams.size > MOST_STREAMS) this.#forgetStream();
    return stream;
  }

  /** Its events may come again, as if they were the first: who was away meanwhile is told that nobody knows. */
  #forgetStream(): void {
    const [, silent] = this.#streams.keys(); // our own is the first
    if (silent !== undefined) this.#streams.delete(silent);
    this.#coversSince = Math.max(this.#lastAt, this.#coversSince);
    this.#heardSince = Math.max(this.#lastAt, this.#heardSince);
    this.#name = randomName();
  }

  #keep(stream: string, number: number, event: LoggedEvent, now: number): void {
    this.#lastAt = now;
    this.#held.push({ stream, number, event, at: now });
    this.#count(weigh(event));
    this.#keepKey(event, now);
    this.prune(now);
    this.#relieve();
    let excess = Math.max(0, this.#held.length - this.#limits.maxEvents);
    let bytes = 0;
    for (const [index, held] of this.#held.entries()) {
      const isWithin =
        this.#bytes - bytes <= this.#limits.maxBytes && this.#budget.bytes - bytes <= this.#budget.maxBytes;
      if (index >= excess && isWithin) break;
      bytes += weigh(held.event);
      excess = Math.max(excess, index + 1);
    }
    this.#letGoOf(excess);
    this.#fitKeys();
  }

  #relieve(): void {
    while (this.#isOverBudget && this.#budget.relieve(this)) {
      // Until all fits, or nobody else can give anything.
    }
  }

  #fitKeys(): void {
    for (const oldest of this.#keys.keys()) {
      if (!this.#isOverBudget) break;
      this.#forgetKey(oldest);
    }
  }

  get #isOverBudget(): boolean {
    return this.#budget.bytes > this.#budget.maxBytes;
  }

  #keepKey({ id, key, time }: EventKey, now: number): void {
    if (key === '') return;
    const known = this.#keys.get(key);
    this.#dropKey(key);
    this.#keys.set(key, { event: { id, time }, twins: known?.event.id === id ? known.twins : [], at: now });
    this.#budget.bytes += weighKey(key);
    if (this.#keys.size <= MOST_KEYS) return;
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined) this.#forgetKey(oldest);
  }

  #forgetKey(key: string): void {
    this.#forgottenAt = Math.max(this.#forgottenAt, this.#keys.get(key)?.at ?? Number.NEGATIVE_INFINITY);
    this.#dropKey(key);
  }

  #dropKey(key: string): void {
    if (this.#keys.delete(key)) this.#budget.bytes -= weighKey(key);
  }

  /** @returns whether it is the same event as another one. Its own key may have come before it. */
  #noteTwin({ id, key }: EventKey): boolean {
    const known = key === '' ? undefined : this.#keys.get(key);
    if (known === undefined || known.event.id === id) return false;
    if (!known.twins.includes(id) && known.twins.length < MOST_STREAMS) known.twins.push(id);
    return true;
  }

  /** Who was with another node that took the same event has heard it from there. */
  #isHeardAsTwin({ key }: LoggedEvent, heard: ReadonlyMap<string, number>): boolean {
    const twins = key === '' ? undefined : this.#keys.get(key)?.twins;
    return (twins ?? []).some((id) => {
      const twin = parseEventId(id);
      return twin !== null && twin.number <= (heard.get(twin.stream) ?? 0);
    });
  }

  #letGoOf(count: number): void {
    if (count === 0) return;
    for (const { event, number, stream } of this.#held.splice(0, count)) {
      const of = this.#streams.get(stream);
      if (of !== undefined) of.lost = Math.max(of.lost, number);
      this.#count(-weigh(event));
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.bytes += bytes;
  }
}

function weigh({ payload }: LoggedEvent): number {
  return payload.length + HELD_BYTES;
}

function weighKey(key: string): number {
  return key.length + HELD_BYTES;
}
