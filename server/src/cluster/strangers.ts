import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type AnnouncementFault, readSpeaker, type Speaker, type UnreadSpeaker } from './announcement.ts';
import { JUDGED_AFTER_MS, SILENT_AFTER_MS } from './watch.ts';

/** As many as there may be of a later release, with those before them; the one that was silent for longest goes first. */
const MOST_STRANGERS = 256;
/** Who answers so that it can't be read counts as one that does not, and is asked every ten seconds; an answer takes three. */
const ANSWERS_AGAIN_MS = 15_000;

interface Said {
  /** A digest of what it said last, which may be long. */
  readonly digest: string;
  readonly speaker: Speaker | null;
  readonly fault: AnnouncementFault;
  readonly firstHeardAt: number;
  /** When that changed; null while it may be from long ago. */
  readonly changedAt: number | null;
}

interface Answer {
  readonly speaker: Speaker;
  readonly fault: AnnouncementFault;
  readonly at: number;
}

/** A process whose words this release can't read. */
export interface Stranger {
  /** Null where not even that can be read. */
  readonly speaker: Speaker | null;
  readonly fault: AnnouncementFault;
  readonly isAlive: boolean;
  /** How long ago it was last seen to be alive, in ms; null when it never was. */
  readonly heardMsAgo: number | null;
  /** How long ago it may have said this, in ms, though it may be longer ago. */
  readonly saidMsAgo: number;
}

/**
 * Processes whose words this release can't read. Their people are understood all the same, so it has to be known when they are
 * gone (G7): as with any other, it is the change of what they say that shows that they are alive. While they are, they may hold
 * documents of which nothing is known here (R13).
 */
export class Strangers {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** On the bus, by incarnation. */
  readonly #said = new Map<string, Said>();
  /** By node: members are asked, and there are so many of them. */
  readonly #answers = new Map<string, Answer>();
  /** What the process before this one could not read, by node. */
  readonly #remembered = new Map<string, Answer>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  get incarnations(): Iterable<string> {
    return this.#said.keys();
  }

  get all(): Stranger[] {
    const now = this.#clock.monotonicMs();
    const said = [...this.#said].map(([incarnation, { speaker, fault, firstHeardAt, changedAt }]) => {
      const heardMsAgo = changedAt === null ? null : Math.round(now - changedAt);
      const saidMsAgo = now - (changedAt ?? firstHeardAt);
      return { speaker, fault, isAlive: this.isAlive(incarnation), heardMsAgo, saidMsAgo };
    });
    const answered = [...this.#answers.values()].map(({ speaker, fault, at }) => {
      const saidMsAgo = now - at;
      return { speaker, fault, isAlive: saidMsAgo < ANSWERS_AGAIN_MS, heardMsAgo: Math.round(saidMsAgo), saidMsAgo };
    });
    const remembered = [...this.#remembered.values()].map(({ speaker, fault, at }) => {
      return { speaker, fault, isAlive: false, heardMsAgo: null, saidMsAgo: now - at };
    });
    return [...said, ...answered, ...remembered];
  }

  get isAnyAlive(): boolean {
    return this.all.some(({ isAlive }) => isAlive);
  }

  /** Whether there is somebody of whom it can't be told yet whether these are its last words. */
  get isUndecided(): boolean {
    return [...this.#said.keys()].some((incarnation) => this.mayBeAlive(incarnation));
  }

  hear(incarnation: string, words: Uint8Array, fault: AnnouncementFault): void {
    const digest = createHash('sha256').update(words).digest('hex');
    const known = this.#said.get(incarnation);
    if (known?.digest === digest) return;
    const now = this.#clock.monotonicMs();
    this.#said.delete(incarnation);
    this.#said.set(incarnation, {
      digest,
      speaker: readSpeaker(words),
      fault,
      firstHeardAt: known?.firstHeardAt ?? now,
      changedAt: known === undefined ? null : now,
    });
    if (this.#said.size <= MOST_STRANGERS) return;
    const [oldest] = this.#said.keys();
    if (oldest !== undefined) this.#said.delete(oldest);
  }

  /**
   * @param node that was asked directly, if it is that one
   * @param words null where not even these can be told from the rest of the answer
   */
  answered(node: string, words: Uint8Array | null, fault: AnnouncementFault): void {
    // Nothing that was heard of it before is later.
    const nameless = { node, generation: Number.MAX_SAFE_INTEGER, address: '', release: '' };
    const speaker = (words === null ? null : readSpeaker(words)) ?? nameless;
    if (speaker.node === node) this.#answers.set(node, { speaker, fault, at: this.#clock.monotonicMs() });
  }

  remember({ fault, ...speaker }: UnreadSpeaker): void {
    this.#remembered.set(speaker.node, { speaker, fault, at: this.#clock.monotonicMs() });
  }

  /** What it says on the bus can be read by now. */
  heardWell(incarnation: string): void {
    this.#said.delete(incarnation);
  }

  /** It was put back to a release that can be read: what it answered before that is nothing to wait for. */
  answeredWell(node: string): void {
    this.#answers.delete(node);
  }

  /** Whether it can't be told of it yet whether these are its last words. */
  mayBeAlive(incarnation: string): boolean {
    const said = this.#said.get(incarnation);
    if (said === undefined || said.changedAt !== null) return false;
    return this.#clock.monotonicMs() - said.firstHeardAt < JUDGED_AFTER_MS;
  }

  isAlive(incarnation: string): boolean {
    const changedAt = this.#said.get(incarnation)?.changedAt ?? null;
    return changedAt !== null && this.#clock.monotonicMs() - changedAt < SILENT_AFTER_MS;
  }
}
