import { encodePresence, type PresenceEntry } from '@quire/protocol';

/** Whoever may speak for a state: a document connection. Compared by identity only. */
export type PresenceOwner = object;

interface KnownState {
  readonly owner: PresenceOwner;
  readonly clock: number;
  /** JSON text of an object. */
  readonly state: string;
}

/** The last that was said of somebody, here or gone. */
interface LastWord {
  clock: number;
  /** The version of presence in which it was told. */
  version: number;
}

/** Clocks of people who left are remembered so that they can return above them; beyond this many the oldest go. */
const MAX_REMEMBERED_CLOCKS = 2_000;

/**
 * A clock counts the changes of one client, and nobody comes this far by changing. What claims to be above is counted by
 * one: a clock at the end of what can be written would put out everybody who repeats it, or who comes after it.
 */
const LARGEST_CLAIM = 2 ** 48;

/** The state of somebody who has left. */
export const LEFT = 'null';

/** Counts the states of all documents together. */
export interface PeopleCount {
  people: number;
}

/**
 * Who is in a document: awareness states by client id, each spoken for by one connection (R10).
 *
 * Only its owner removes a state. A client that returns on another connection takes its state over, and is announced
 * above the last clock known for it, or readers who saw it leave would ignore it.
 */
export class Presence {
  readonly #states = new Map<number, KnownState>();
  /** The latest last. */
  readonly #lastWords = new Map<number, LastWord>();
  /** How many had entered when somebody left, of those whose last clock is remembered. */
  readonly #departures = new Map<number, number>();
  #entrances = 0;
  /** The how manieth somebody was who entered. */
  readonly #entered = new WeakMap<PresenceOwner, number>();
  readonly #changed = new Set<number>();
  /** Whose words all changes are; null when they are several people's, or differ from what was said. */
  #changedBy: PresenceOwner | null = null;
  readonly #spoken = new WeakMap<PresenceOwner, Set<number>>();
  readonly #count: PeopleCount | null;
  #version = 0;
  /** Of the latest change of somebody who is remembered no more; below all others while nobody was forgotten. */
  #forgottenVersion = -1;

  constructor(count: PeopleCount | null = null) {
    this.#count = count;
  }

  get size(): number {
    return this.#states.size;
  }

  /** Counts how often changes were taken. */
  get version(): number {
    return this.#version;
  }

  /** People whose states or last clocks are known: nobody has heard of more here, or can repeat more at once. */
  get remembered(): number {
    return this.#lastWords.size;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** From now on this connection is told who is here. */
  enter(owner: PresenceOwner): void {
    this.#entrances += 1;
    this.#entered.set(owner, this.#entrances);
  }

  /** Who speaks for a client; null while nobody does. */
  ownerOf(clientId: number): PresenceOwner | null {
    return this.#states.get(clientId)?.owner ?? null;
  }

  countOf(owner: PresenceOwner): number {
    return this.#spoken.get(owner)?.size ?? 0;
  }

  /** Whether it would have one person more to speak for, if this were heard. */
  wouldAddTo(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): boolean {
    return this.#states.get(entry.clientId)?.owner !== owner && this.#isNews(owner, entry, unprompted);
  }

  /**
   * Takes what a connection says. `state` must be the JSON text of an object, or `null`.
   *
   * @param unprompted it was said before the connection was told who is here, so it can't be an echo of that
   */
  hear(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): void {
    if (!this.#isNews(owner, entry, unprompted)) return;
    if (entry.state === LEFT) {
      this.#remove(owner, entry.clientId, entry.clock);
      return;
    }
    const known = this.#states.get(entry.clientId);
    if (known !== undefined && known.owner !== owner) this.#spoken.get(known.owner)?.delete(entry.clientId);
    this.#announce(owner, entry);
  }

  #isNews(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): boolean {
    const known = this.#states.get(entry.clientId);
    if (entry.state === LEFT) return known?.owner === owner;
    if (known === undefined) return this.#isBack(owner, entry);
    if (known.owner === owner) return known.state !== entry.state || entry.clock > known.clock;
    // Providers repeat what they hear of others, at the same clock. Only news moves a state, and what a connection
    // says unprompted: a client that came back before its old socket was missed.
    return entry.clock > known.clock || (entry.clock === known.clock && unprompted);
  }

  /**
   * Whether somebody who is not here has come, rather than that a connection repeats what it heard of them before they
   * left: that may be on its way for as long as a message takes there and back. Who came after they left has heard nothing.
   */
  #isBack(owner: PresenceOwner, { clientId, clock }: PresenceEntry): boolean {
    const departure = this.#departures.get(clientId);
    if (departure === undefined || clock > (this.#lastWords.get(clientId)?.clock ?? -1)) return true;
    return (this.#entered.get(owner) ?? 0) > departure;
  }

  /** The connection is gone: so is everybody it spoke for. */
  forget(owner: PresenceOwner): void {
    for (const clientId of this.#spoken.get(owner) ?? []) {
      const clock = this.#states.get(clientId)?.clock ?? 0;
      this.#remove(owner, clientId, clock + 1);
    }
    this.#spoken.delete(owner);
  }

  /**
   * What changed since the last call, encoded once for everybody, and the only one to whom it is no news, if there is
   * one; null when nothing changed.
   */
  takeChanges(): { readonly message: Uint8Array; readonly saidBy: PresenceOwner | null } | null {
    if (this.#changed.size === 0) return null;
    const message = encodePresence([...this.#changed].map((clientId) => this.#entryOf(clientId)));
    const saidBy = this.#changedBy;
    this.#changed.clear();
    this.#changedBy = null;
    this.#version += 1;
    return { message, saidBy };
  }

  /** Everybody, for somebody who has just come; null when nobody is here. */
  encodeAll(): Uint8Array | null {
    if (this.#states.size === 0) return null;
    return encodePresence([...this.#states.keys()].map((clientId) => this.#entryOf(clientId)));
  }

  /**
   * The latest of each whose state changed after that version, of those who left too; null when nothing did. What is too
   * old is forgotten: somebody might have left of whom nothing is known any more.
   */
  encodeSince(version: number): Uint8Array | 'forgotten' | null {
    if (version < this.#forgottenVersion) return 'forgotten';
    const changed = [...this.#lastWords].filter(([, word]) => word.version > version);
    if (changed.length === 0) return null;
    return encodePresence(changed.map(([clientId]) => this.#entryOf(clientId)));
  }

  #announce(owner: PresenceOwner, entry: PresenceEntry): void {
    const clock = this.#nextClock(entry.clientId, entry.clock);
    if (this.#count !== null && !this.#states.has(entry.clientId)) this.#count.people += 1;
    this.#states.set(entry.clientId, { owner, clock, state: entry.state });
    this.#departures.delete(entry.clientId);
    this.#remember(entry.clientId, clock);
    const spoken = this.#spoken.get(owner) ?? new Set();
    spoken.add(entry.clientId);
    this.#spoken.set(owner, spoken);
    this.#noteChange(entry.clientId, clock === entry.clock ? owner : null);
  }

  #remove(owner: PresenceOwner, clientId: number, clock: number): void {
    if (this.#states.delete(clientId) && this.#count !== null) this.#count.people -= 1;
    this.#spoken.get(owner)?.delete(clientId);
    this.#departures.set(clientId, this.#entrances);
    this.#remember(clientId, this.#nextClock(clientId, clock));
    this.#noteChange(clientId, null);
  }

  /** Above the last one that readers know. */
  #nextClock(clientId: number, claimed: number): number {
    const last = this.#lastWords.get(clientId)?.clock ?? -1;
    return Math.max(Math.min(claimed, LARGEST_CLAIM), last + 1);
  }

  #noteChange(clientId: number, saidBy: PresenceOwner | null): void {
    const isFirst = this.#changed.size === 0;
    this.#changed.add(clientId);
    if (isFirst) this.#changedBy = saidBy;
    else if (this.#changedBy !== saidBy) this.#changedBy = null;
  }

  #remember(clientId: number, clock: number): void {
    const word = this.#lastWords.get(clientId) ?? { clock, version: 0 };
    word.clock = clock;
    word.version = this.#version + 1;
    this.#lastWords.delete(clientId);
    this.#lastWords.set(clientId, word);
    if (this.#lastWords.size <= MAX_REMEMBERED_CLOCKS) return;
    for (const [candidate, { version }] of this.#lastWords) {
      if (this.#states.has(candidate) || this.#changed.has(candidate)) continue;
      this.#lastWords.delete(candidate);
      this.#forgottenVersion = Math.max(this.#forgottenVersion, version);
      this.#departures.delete(candidate);
      return;
    }
  }

  #entryOf(clientId: number): PresenceEntry {
    const clock = this.#lastWords.get(clientId)?.clock ?? 0;
    return { clientId, clock, state: this.#states.get(clientId)?.state ?? LEFT };
  }
}
