import type { Holdings } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { Announcement } from './announcement.ts';
import { type Spans, uniteInto } from './spans.ts';

/** Four announcements that did not come. Judged by this node's own clock alone: nobody's time of day matters. */
export const SILENT_AFTER_MS = 4_000;
/** Of who announces every second, it is known by then whether it is alive. */
export const JUDGED_AFTER_MS = 2_500;
/** A superseded incarnation is remembered as long as Redis keeps its records: who restarts finds them by it. */
const REMEMBER_SUPERSEDED_MS = 10 * 60_000;
/** Incarnations that are remembered of one node that restarts again and again. */
const MAX_SUPERSEDED = 8;
/** Of this node's own id: less could be the last words of the process before this one. */
const CHANGES_OF_A_CLONE = 2;

export type Way =
  /** The node's own words, though perhaps from long ago: only that they change shows that it is alive. */
  | 'bus'
  /** It answered just now. */
  | 'direct'
  /** From another node, or from a file: nothing is known of when it was said. */
  | 'told';

/** What is known of one incarnation of a node. */
export interface Heard {
  announcement: Announcement;
  /** What it holds as far as is known. Within one incarnation it only ever grows. */
  readonly holdings: Map<string, Spans>;
  /** The digest of the others that `holdings` have in full; null when they were never had. */
  completeFor: string | null;
  /** When it was last seen to be alive; null when it never was. */
  aliveAt: number | null;
  /** When it answered directly; null when it never did. */
  answeredAt: number | null;
  /** When the bus had something new of it; null when it never did. */
  onBusAt: number | null;
  readonly firstHeardAt: number;
  /** Announcements of its own that differed from the one before. */
  changes: number;
  /** The counter of the last one that was its own word; null while there is only what others told. */
  ownCounter: number | null;
  /** The counter of the last one that the bus had; null when it never had one. What it answers directly is ahead of that. */
  busCounter: number | null;
  /** When it was first heard by itself; null when it never was. */
  ownSince: number | null;
  /** A node that goes on as another incarnation has no other; see `current`. */
  isOver: boolean;
  /** Whether it was heard by itself after its records were followed (R12). */
  isFresh: boolean;
}

/** Who is there, and what they hold. */
export class Watch {
  readonly #clock: Clock;
  readonly #heard = new Map<string, Heard>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns what is known now, which may be more than this says */
  hear(announcement: Announcement, way: Way): Heard {
    const now = this.#clock.monotonicMs();
    const known = this.#heard.get(announcement.incarnation);
    if (known === undefined) {
      const heard: Heard = {
        announcement,
        holdings: new Map(announcement.holdings),
        completeFor: announcement.digest === '' ? '' : null,
        aliveAt: way === 'direct' ? now : null,
        answeredAt: way === 'direct' ? now : null,
        onBusAt: null,
        firstHeardAt: now,
        changes: 0,
        ownCounter: way === 'told' ? null : announcement.counter,
        busCounter: way === 'bus' ? announcement.counter : null,
        ownSince: way === 'told' ? null : now,
        isOver: false,
        isFresh: false,
      };
      this.#heard.set(announcement.incarnation, heard);
      return heard;
    }
    if (way !== 'told') this.#noteLife(known, announcement, way);
    // A bus that was rewound may say less, and so may a node that heard it long ago. What it held then it holds, and others may
    // tell more of the same word than the bus had room for.
    const isLatest = announcement.counter > known.announcement.counter;
    if (isLatest || way === 'told') uniteInto(known.holdings, announcement.holdings);
    if (isLatest) known.announcement = announcement;
    const isWhole = announcement.digest === '' && announcement.counter === known.announcement.counter;
    if (isWhole) known.completeFor = known.announcement.digest;
    return known;
  }

  get(incarnation: string): Heard | undefined {
    return this.#heard.get(incarnation);
  }

  isAlive(heard: Heard): boolean {
    const { aliveAt, announcement } = heard;
    return (
      announcement.state !== 'leaving' && aliveAt !== null && this.#clock.monotonicMs() - aliveAt < SILENT_AFTER_MS
    );
  }

  /** Whether it can be heard without asking. */
  isOnBus({ onBusAt }: Heard): boolean {
    return onBusAt !== null && this.#clock.monotonicMs() - onBusAt < SILENT_AFTER_MS;
  }

  answeredLately({ answeredAt }: Heard): boolean {
    return answeredAt !== null && this.#clock.monotonicMs() - answeredAt < SILENT_AFTER_MS;
  }

  msSinceAlive({ aliveAt }: Heard): number | null {
    return aliveAt === null ? null : this.#clock.monotonicMs() - aliveAt;
  }

  /**
   * The incarnation of a node whose word counts: one that is alive; else the latest, but none that another one was seen to
   * follow. Generations alone would not do: who was restored from an old backup starts with a low one.
   */
  current(node: string): Heard | null {
    let current: Heard | null = null;
    for (const heard of this.of(node)) if (current === null || this.#precedes(current, heard)) current = heard;
    return current;
  }

  /**
   * Whose word counts for what exists: the current incarnation of each node, and every one that is alive, or may be. What an
   * earlier incarnation said counts no more: a node that was restored from a backup says itself what it has lost.
   */
  claims(nodes: Iterable<string>): Heard[] {
    const claims = new Set<Heard>();
    for (const node of nodes) {
      const current = this.current(node);
      if (current !== null) claims.add(current);
    }
    for (const heard of this.#heard.values()) if (this.isAlive(heard) || this.mayBeAlive(heard)) claims.add(heard);
    return [...claims];
  }

  /** Whether there is somebody of whom it can't be told yet whether these are its last words. */
  get isUndecided(): boolean {
    return [...this.#heard.values()].some((heard) => this.mayBeAlive(heard));
  }

  /** Another process that goes by this node's id at this moment: a copy of its directory was started. */
  clone(node: string): Heard | null {
    for (const heard of this.of(node)) {
      if (heard.changes >= CHANGES_OF_A_CLONE && this.isAlive(heard)) return heard;
    }
    return null;
  }

  highestGeneration(node: string): number {
    let highest = 0;
    for (const { announcement } of this.of(node)) highest = Math.max(highest, announcement.generation);
    return highest;
  }

  /** All incarnations that are remembered of a node. */
  of(node: string): Heard[] {
    return [...this.#heard.values()].filter(({ announcement }) => announcement.node === node);
  }

  /** Of whom more may come, or may still be on the bus. */
  get incarnations(): string[] {
    return [...this.#heard.keys()];
  }

  /**
   * Lets go of those whose word counts no more, and names them.
   *
   * @param isMember whether a node belongs to the cluster
   */
  prune(isMember: (node: string) => boolean): string[] {
    const now = this.#clock.monotonicMs();
    const gone: string[] = [];
    const superseded = new Map<string, Heard[]>();
    for (const [incarnation, heard] of this.#heard) {
      const { node } = heard.announcement;
      if (this.isAlive(heard) || this.mayBeAlive(heard)) continue;
      if (!isMember(node)) gone.push(incarnation);
      else if (this.current(node) !== heard) superseded.set(node, [...(superseded.get(node) ?? []), heard]);
    }
    for (const each of superseded.values()) {
      const latestFirst = each.sort((a, b) => (isLater(a, b) ? -1 : 1));
      for (const [index, { announcement, firstHeardAt, aliveAt }] of latestFirst.entries()) {
        const isOld = now - (aliveAt ?? firstHeardAt) >= REMEMBER_SUPERSEDED_MS;
        if (isOld || index >= MAX_SUPERSEDED) gone.push(announcement.incarnation);
      }
    }
    for (const incarnation of gone) this.#heard.delete(incarnation);
    return gone;
  }

  /** Whether it can't be told of it yet whether these are its last words. */
  mayBeAlive({ announcement, ownSince, aliveAt }: Heard): boolean {
    if (announcement.state === 'leaving' || ownSince === null || aliveAt !== null) return false;
    return this.#clock.monotonicMs() - ownSince < JUDGED_AFTER_MS;
  }

  /** What others told of it may be ahead of its own words: it is these that must move. */
  #noteLife(known: Heard, { counter }: Announcement, way: 'bus' | 'direct'): void {
    const now = this.#clock.monotonicMs();
    const hasMoved = known.ownCounter !== null && counter > known.ownCounter;
    if (way === 'bus') {
      const before = known.busCounter ?? known.ownCounter;
      if (before !== null && counter > before) known.onBusAt = now;
      known.busCounter = Math.max(known.busCounter ?? 0, counter);
    }
    known.ownSince ??= now;
    known.ownCounter = Math.max(known.ownCounter ?? 0, counter);
    if (hasMoved) known.changes += 1;
    if (hasMoved || way === 'direct') known.aliveAt = now;
    if (way === 'direct') known.answeredAt = now;
    // One change may come out of a bus that was restored.
    if (way === 'direct' || (hasMoved && known.changes >= 2)) this.#endOthers(known);
  }

  #endOthers(alive: Heard): void {
    alive.isOver = false;
    for (const heard of this.of(alive.announcement.node)) if (!this.isAlive(heard)) heard.isOver = true;
  }

  #precedes(one: Heard, other: Heard): boolean {
    const [isOneAlive, isOtherAlive] = [this.isAlive(one), this.isAlive(other)];
    if (isOneAlive !== isOtherAlive) return isOtherAlive;
    if (one.isOver !== other.isOver) return one.isOver;
    return isLater(other, one);
  }
}

/** Learns everything that a node holds, at a moment at which it said so. */
export function learnAll(heard: Heard, holdings: Holdings): void {
  uniteInto(heard.holdings, holdings);
  heard.completeFor = heard.announcement.digest;
}

/** Whether all that it said to hold is known. */
export function isComplete({ announcement, completeFor }: Heard): boolean {
  return announcement.digest === '' || announcement.digest === completeFor;
}

/** Two that were started from copies of a directory may have the same generation: their incarnations are in some order. */
function isLater(one: Heard, other: Heard): boolean {
  const [a, b] = [one.announcement, other.announcement];
  return a.generation === b.generation ? a.incarnation > b.incarnation : a.generation > b.generation;
}
