import { encodePresence, type PresenceEntry, type Viewers } from '@quire/protocol';
import { LastWords } from './last-words.ts';
import { Places, type Rank, type Turn } from './places.ts';
import { ViewerCount } from './viewer-count.ts';

/** Whoever may speak for a state: a document connection. Compared by identity only. */
export type PresenceOwner = object;

/**
 * Of what was told at later clocks than its client claimed, so much is remembered until that client says something later:
 * more than it can have on the way at once.
 */
const MOST_CORRECTIONS = 16;

/** The state of somebody who has left. */
export const LEFT = 'null';

interface KnownState {
  readonly speaker: Speaker;
  /** Of somebody who is listed, as it was told last; otherwise as it was claimed. */
  clock: number;
  /** JSON text of an object. */
  readonly state: string;
  /**
   * Clocks at which something was told of them that their own client had not claimed, and what. Providers take over what
   * they hear of themselves and repeat it, by then perhaps older than what they have said since (R10). Null while none is.
   */
  corrections: Map<number, string> | null;
}

/** Counts the states of all documents together. */
export interface PeopleCount {
  add(shown: 'listed' | 'counted', people: number): void;
}

export interface PresenceOptions {
  readonly count: PeopleCount | null;
  /** How many are listed; the others are counted. */
  readonly maxListed: number;
  readonly mayEdit: (owner: PresenceOwner) => boolean;
  /** Monotonic, in ms. */
  readonly now: () => number;
}

/** What everybody is to be told. */
export interface PresenceChanges {
  /** States that changed; null when none did. */
  readonly message: Uint8Array | null;
  /** How many are here beyond those who are listed; null when that need not be told. */
  readonly viewers: Viewers | null;
  /** The only one to whom it is no news, if there is one. */
  readonly saidBy: PresenceOwner | null;
}

/** A connection that spoke for somebody. */
class Speaker implements Rank {
  readonly owner: PresenceOwner;
  readonly clientIds = new Set<number>();
  editedAt = Number.NEGATIVE_INFINITY;
  readonly #mayEdit: PresenceOptions['mayEdit'];

  constructor(owner: PresenceOwner, mayEdit: PresenceOptions['mayEdit']) {
    this.owner = owner;
    this.#mayEdit = mayEdit;
  }

  get mayEdit(): boolean {
    return this.#mayEdit(this.owner);
  }
}

const NOBODY: Rank = { mayEdit: false, editedAt: Number.NEGATIVE_INFINITY };

/**
 * Who is in a document: awareness states by client id, each spoken for by one connection (R10).
 *
 * Only its owner removes a state. A client that returns on another connection takes its state over, and is announced
 * above the last clock known for it, or readers who saw it leave would ignore it.
 *
 * Where more are here than are listed, the others are known all the same, and counted: nothing of them is told, and what
 * they say costs nobody a message. Who loses their place leaves everybody's screen as if they had left.
 */
export class Presence {
  readonly viewers: ViewerCount;
  readonly #options: PresenceOptions;
  readonly #states = new Map<number, KnownState>();
  readonly #speakers = new WeakMap<PresenceOwner, Speaker>();
  readonly #places: Places;
  readonly #lastWords = new LastWords();
  readonly #changed = new Set<number>();
  /** Whose words all changes are; null when they are several people's, or differ from what was said. */
  #changedBy: PresenceOwner | null = null;
  readonly #reported = { listed: 0, counted: 0 };

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#places = new Places(options.maxListed, (clientId) => this.#states.get(clientId)?.speaker ?? NOBODY);
    this.viewers = new ViewerCount(this.#places, options.now);
  }

  /** Everybody who is here, listed or not. */
  get size(): number {
    return this.#states.size;
  }

  /** Counts how often changes were taken. */
  get version(): number {
    return this.#lastWords.version;
  }

  /** People of whom something was told: nobody has heard of more here, or can repeat more at once. */
  get remembered(): number {
    return this.#lastWords.size;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0 || this.viewers.dueInMs === 0;
  }

  /** From now on this connection is told who is here. */
  enter(owner: PresenceOwner): void {
    this.#lastWords.enter(owner);
  }

  /** Who speaks for a client; null while nobody does. */
  ownerOf(clientId: number): PresenceOwner | null {
    return this.#states.get(clientId)?.speaker.owner ?? null;
  }

  countOf(owner: PresenceOwner): number {
    return this.#speakers.get(owner)?.clientIds.size ?? 0;
  }

  /** Whether it would have one person more to speak for, if this were heard. */
  wouldAddTo(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): boolean {
    return this.ownerOf(entry.clientId) !== owner && this.#isNews(owner, entry, unprompted);
  }

  /**
   * Takes what a connection says. `state` must be the JSON text of an object, or `null`.
   *
   * @param unprompted it was said before the connection was told who is here, so it can't be an echo of that
   */
  hear(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): void {
    if (!this.#isNews(owner, entry, unprompted)) return;
    if (entry.state === LEFT) this.#remove(entry.clientId, entry.clock);
    else this.#take(owner, entry);
    this.#report();
  }

  /** An edit of this connection was accepted: whoever edits goes before whoever only looks on. */
  noteEdit(owner: PresenceOwner): void {
    const speaker = this.#speakers.get(owner);
    if (speaker === undefined) return;
    speaker.editedAt = this.#options.now();
    if (this.#places.counted === 0) return;
    for (const clientId of speaker.clientIds) this.#turn(this.#places.claim(clientId, speaker.editedAt));
    this.#report();
  }

  /** The connection is gone: so is everybody it spoke for. */
  forget(owner: PresenceOwner): void {
    for (const clientId of this.#speakers.get(owner)?.clientIds ?? []) {
      const clock = this.#states.get(clientId)?.clock ?? 0;
      this.#remove(clientId, clock + 1);
    }
    this.#speakers.delete(owner);
    this.#report();
  }

  /** What is to be told since the last call, encoded once for everybody; null when that is nothing. */
  takeChanges(): PresenceChanges | null {
    for (const clientId of this.#places.fill()) this.#tell(clientId);
    const viewers = this.viewers.take(this.version + 1);
    if (this.#changed.size === 0 && viewers === null) return null;
    const message = this.#changed.size === 0 ? null : this.#encode(this.#changed);
    const saidBy = viewers === null ? this.#changedBy : null;
    this.#changed.clear();
    this.#changedBy = null;
    this.#lastWords.tell();
    this.#report();
    return { message, viewers, saidBy };
  }

  /** Everybody who is listed. Nobody is an answer too: clients ask to hear whether the connection lives. */
  answerQuery(): Uint8Array {
    return this.#encode(this.#places.listed);
  }

  /** The latest of each of whom something was told after that version; null when nothing was. */
  encodeSince(version: number): Uint8Array | 'forgotten' | null {
    const clientIds = this.#lastWords.since(version);
    if (clientIds === 'forgotten') return clientIds;
    return clientIds.length === 0 ? null : this.#encode(clientIds);
  }

  #isNews(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): boolean {
    const { clientId, clock, state } = entry;
    const known = this.#states.get(clientId);
    if (state === LEFT) return known?.speaker.owner === owner;
    if (known === undefined) return this.#lastWords.isReturn(owner, clientId, clock);
    if (known.speaker.owner === owner) {
      return clock > known.clock || (known.state !== state && known.corrections?.get(clock) !== state);
    }
    // Providers repeat what they hear of others, at the same clock. Only news moves a state, and what a connection
    // says unprompted: a client that came back before its old socket was missed.
    const told = this.#lastClockAsHere(clientId);
    return clock > told || (clock === told && unprompted);
  }

  /** The last clock at which anybody was told that they are here, and which may so be repeated. */
  #lastClockAsHere(clientId: number): number {
    const clock = this.#lastWords.clockOf(clientId);
    return this.#places.listed.has(clientId) ? clock : clock - 1;
  }

  #take(owner: PresenceOwner, { clientId, clock, state }: PresenceEntry): void {
    const before = this.#states.get(clientId);
    const speaker = this.#speakerOf(owner);
    if (before !== undefined && before.speaker !== speaker) before.speaker.clientIds.delete(clientId);
    speaker.clientIds.add(clientId);
    const corrections = before === undefined || clock > before.clock ? null : before.corrections;
    this.#states.set(clientId, { speaker, clock, state, corrections });
    if (before !== undefined) {
      if (this.#places.listed.has(clientId)) this.#tell(clientId);
      return;
    }
    this.#lastWords.returned(clientId);
    this.#turn(this.#places.claim(clientId, this.#options.now()));
  }

  #speakerOf(owner: PresenceOwner): Speaker {
    const known = this.#speakers.get(owner);
    if (known !== undefined) return known;
    const speaker = new Speaker(owner, this.#options.mayEdit);
    this.#speakers.set(owner, speaker);
    return speaker;
  }

  #remove(clientId: number, clock: number): void {
    this.#states.get(clientId)?.speaker.clientIds.delete(clientId);
    this.#states.delete(clientId);
    if (this.#places.leave(clientId)) this.#tellGone(clientId, clock);
    this.#lastWords.departed(clientId);
  }

  #turn({ counted, listed }: Turn): void {
    if (counted !== null) this.#tellGone(counted, 0);
    if (listed !== null) this.#tell(listed);
  }

  /** Everybody is to hear what is known of somebody who is listed. */
  #tell(clientId: number): void {
    const known = this.#states.get(clientId);
    if (known === undefined) return;
    const claimed = known.clock;
    known.clock = this.#lastWords.nextClock(clientId, claimed);
    if (known.clock !== claimed) rememberCorrection(known);
    this.#note(clientId, known.clock, known.clock === claimed ? known.speaker.owner : null);
  }

  /** They have left, or lost their place: then their own client stays, and says so again above this clock. */
  #tellGone(clientId: number, clock: number): void {
    this.#note(clientId, this.#lastWords.nextClock(clientId, clock), null);
  }

  #note(clientId: number, clock: number, saidBy: PresenceOwner | null): void {
    const isFirst = this.#changed.size === 0;
    this.#changed.add(clientId);
    if (isFirst) this.#changedBy = saidBy;
    else if (this.#changedBy !== saidBy) this.#changedBy = null;
    this.#lastWords.note(clientId, clock);
  }

  #report(): void {
    const { count } = this.#options;
    if (count === null) return;
    const { counted, listed } = this.#places;
    if (listed.size !== this.#reported.listed) count.add('listed', listed.size - this.#reported.listed);
    if (counted !== this.#reported.counted) count.add('counted', counted - this.#reported.counted);
    this.#reported.listed = listed.size;
    this.#reported.counted = counted;
  }

  #encode(clientIds: Iterable<number>): Uint8Array {
    const entries: PresenceEntry[] = [];
    for (const clientId of clientIds) entries.push(this.#entryOf(clientId));
    return encodePresence(entries);
  }

  #entryOf(clientId: number): PresenceEntry {
    const state = this.#places.listed.has(clientId) ? this.#states.get(clientId)?.state : undefined;
    return { clientId, clock: Math.max(0, this.#lastWords.clockOf(clientId)), state: state ?? LEFT };
  }
}

function rememberCorrection(known: KnownState): void {
  known.corrections ??= new Map();
  known.corrections.set(known.clock, known.state);
  if (known.corrections.size <= MOST_CORRECTIONS) return;
  const [oldest] = known.corrections.keys();
  if (oldest !== undefined) known.corrections.delete(oldest);
}
