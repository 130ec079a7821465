import type { Clock } from '../clock.ts';
import { ClosedHeads, type TakenEvents } from './closed-heads.ts';
import { EventLog, type ReplayBudget, type ReplayLimits } from './event-log.ts';
import { EventPace } from './event-pace.ts';
import { type EventDraft, EventRoom, type Outcome } from './event-room.ts';

/**
 * Of documents that are not open something is remembered by name, whatever names a backend comes up with. Those are few bytes
 * each, and more of them than this are not said something in within a minute.
 */
export const MOST_CLOSED = 10_000;

export interface EventLimits {
  readonly maxEventBytes: number;
  /** Of one connection. */
  readonly maxEventsPerSecond: number;
  readonly maxEventsPerSecondPerDocument: number;
}

export interface EventRoomsOptions {
  readonly clock: Clock;
  readonly limits: EventLimits;
  readonly replay: ReplayLimits & {
    /** Over all documents. */
    readonly maxTotalBytes: number;
  };
  /** Whether other nodes say something in the same documents. */
  readonly hasPeers: boolean;
}

interface Kept {
  readonly room: EventRoom;
  isOpen: boolean;
  idleSince: number;
}

/**
 * What is said in the documents of this node, each life of a document by itself (R14). It is remembered for a while after a
 * document was closed: who was alone in it and comes back gets what a backend has said meanwhile.
 */
export class EventRooms {
  readonly #options: EventRoomsOptions;
  readonly #budget: ReplayBudget;
  readonly #kept = new Map<string, Kept>();
  /** Those that are not open; the one that was silent for longest is the first. */
  readonly #closed = new Set<string>();
  readonly #closedHeads: ClosedHeads;
  /** Of what was said at this moment or before, something may have been forgotten with its document. Before the start all was. */
  #forgottenAt: number;
  #cancelSweep: (() => void) | null = null;
  #isEnded = false;

  constructor(options: EventRoomsOptions) {
    this.#options = options;
    this.#forgottenAt = options.clock.monotonicMs();
    this.#closedHeads = new ClosedHeads(this.#forgottenAt);
    this.#budget = { bytes: 0, maxBytes: options.replay.maxTotalBytes, relieve: (log) => this.#relieve(log) };
  }

  /** What all logs hold. */
  get bytes(): number {
    return this.#budget.bytes;
  }

  /** Of how many documents something is remembered, or heard. */
  get size(): number {
    return this.#kept.size;
  }

  /** What is remembered of a document; null where nothing is. */
  find(life: string): EventRoom | null {
    return this.#kept.get(life)?.room ?? null;
  }

  /** For a document that is open. @param since when it was: from then on other nodes are heard, monotonic */
  open(life: string, since: number): EventRoom {
    const known = this.#kept.get(life);
    if (known === undefined) return this.#create(life, true, since).room;
    known.isOpen = true;
    this.#closed.delete(life);
    if (this.#options.hasPeers) known.room.log.cover(since);
    return known.room;
  }

  close(life: string): void {
    const kept = this.#kept.get(life);
    if (kept === undefined) return;
    kept.isOpen = false;
    this.#noteHead(life, kept.room);
    this.#noteClosed(life);
    kept.idleSince = this.#options.clock.monotonicMs();
    if (this.#options.hasPeers) kept.room.log.cover(Number.POSITIVE_INFINITY);
  }

  /** In a document that is not open on this node. */
  takeClosed(life: string, draft: EventDraft): Outcome {
    const room = this.#visit(life);
    const outcome = room.take(draft);
    if (outcome.kind === 'taken') this.#noteHead(life, room);
    return outcome;
  }

  /** What was taken here in documents that are not open here, or were not then. @param marginMs see {@link ClosedHeads.within} */
  takenWithin(ms: number, marginMs: number): TakenEvents {
    return this.#closedHeads.within(ms, marginMs, this.#options.clock.monotonicMs());
  }

  #noteHead(life: string, { log }: EventRoom): void {
    if (this.#options.hasPeers && log.head !== '') this.#closedHeads.note(life, log.head, log.headAt);
  }

  #visit(life: string): EventRoom {
    const { clock, hasPeers } = this.#options;
    const since = hasPeers ? Number.POSITIVE_INFINITY : clock.monotonicMs();
    const { isOpen, room } = this.#kept.get(life) ?? this.#create(life, false, since);
    if (!isOpen) this.#noteClosed(life);
    return room;
  }

  /** What is still said after this is told, and not remembered for long. */
  end(): void {
    this.#isEnded = true;
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    for (const { room } of this.#kept.values()) room.log.clear();
    this.#kept.clear();
    this.#closed.clear();
  }

  #create(life: string, isOpen: boolean, since: number): Kept {
    const { clock, hasPeers, limits, replay } = this.#options;
    const now = clock.monotonicMs();
    const heardSince = hasPeers ? since : Number.NEGATIVE_INFINITY;
    const log = new EventLog(replay, this.#budget, now, since, { forgottenAt: this.#forgottenAt, heardSince });
    const pace = new EventPace(limits.maxEventsPerSecondPerDocument);
    const room = new EventRoom({ log, pace, maxDataBytes: limits.maxEventBytes, clock });
    const kept: Kept = { room, isOpen, idleSince: now };
    this.#kept.set(life, kept);
    this.#sweepLater();
    return kept;
  }

  #noteClosed(life: string): void {
    this.#closed.delete(life);
    this.#closed.add(life);
    const [silent] = this.#closed;
    if (this.#closed.size > MOST_CLOSED && silent !== undefined) this.#forget(silent);
  }

  /** The one that was silent for longest, but not the one that asks for it. */
  #relieve(log: EventLog): boolean {
    for (const life of this.#closed) {
      if (this.#kept.get(life)?.room.log === log) continue;
      this.#forget(life);
      return true;
    }
    return false;
  }

  /** What is said in it next is another log: whoever returns to this one is told that nobody knows what they missed (G3). */
  #forget(life: string): void {
    const kept = this.#kept.get(life);
    if (kept === undefined) return;
    const { log } = kept.room;
    log.clear();
    this.#forgottenAt = Math.max(this.#forgottenAt, log.forgottenAt);
    this.#kept.delete(life);
    this.#closed.delete(life);
  }

  #sweepLater(): void {
    if (this.#isEnded) return;
    this.#cancelSweep ??= this.#options.clock.after(this.#options.replay.maxAgeMs, () => this.#sweep());
  }

  #sweep(): void {
    this.#cancelSweep = null;
    const now = this.#options.clock.monotonicMs();
    for (const [life, { idleSince, isOpen, room }] of this.#kept) {
      room.log.prune(now);
      if (isOpen || now - Math.max(idleSince, room.log.lastAt) < this.#options.replay.maxAgeMs) continue;
      this.#forget(life);
    }
    if (this.#kept.size > 0) this.#sweepLater();
  }
}
