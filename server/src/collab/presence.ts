import { encodePresence, type PresenceEntry, type Viewers } from '@quire/protocol';
import { LastWords } from './last-words.ts';
import { Places, type Rank, type Turn } from './places.ts';
import { type Claim, Claims, type Outcome, type Speaker } from './presence-claims.ts';
import { type PersonElsewhere, SpeakerElsewhere } from './presence-elsewhere.ts';
import { Outward } from './presence-outward.ts';
import type { Told } from './presence-told.ts';
import { ViewerCount } from './viewer-count.ts';

/** Whoever may speak for a state: a document connection. Compared by identity only. */
export type PresenceOwner = object;

/**
 * Of what was told at later clocks than its client claimed, so much is remembered until that client says something later:
 * more than it can have on the way at once.
 */
const MOST_CORRECTIONS = 16;

/** Clocks count the changes of a client: what another node says beyond this, in which 1 can still be added, it says of nobody's. */
const LARGEST_CLOCK = 2 ** 52;

/** The state of somebody who has left. */
export const LEFT = 'null';

/** Counts the states of all documents together. */
export interface PeopleCount {
  add(shown: 'listed' | 'counted', people: number): void;
}

export interface PresenceOptions {
  readonly count: PeopleCount | null;
  /** How many are listed; the others are counted. */
  readonly maxListed: number;
  readonly mayEdit: (owner: PresenceOwner) => boolean;
  /** Whom a token names; empty for guests. */
  readonly userOf: (owner: PresenceOwner) => string;
  /** Monotonic, in ms. */
  readonly now: () => number;
  /** The time of day, in ms since 1970: the same on all nodes to within moments, and never less in later lives of this one. */
  readonly timeOfDay: () => number;
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
class SpeakerHere implements Speaker {
  readonly owner: PresenceOwner;
  readonly node = null;
  readonly clientIds = new Set<number>();
  /** A fresh token is of the same user; and of a connection that is gone, nobody could tell any more whose it was. */
  readonly user: string;
  editedAt = Number.NEGATIVE_INFINITY;
  readonly #options: PresenceOptions;

  constructor(owner: PresenceOwner, options: PresenceOptions) {
    this.owner = owner;
    this.user = options.userOf(owner);
    this.#options = options;
  }

  get mayEdit(): boolean {
    return this.#options.mayEdit(this.owner);
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
 *
 * Of those who are here by another node that node alone speaks. They are shown, ranked and counted as ours are; who is
 * listed depends on who came first here, so that of a crowd nodes may list different people of the same rank.
 */
export class Presence {
  readonly viewers: ViewerCount;
  readonly #options: PresenceOptions;
  readonly #claims = new Claims();
  readonly #speakers = new WeakMap<PresenceOwner, SpeakerHere>();
  /** Connections whose clients came back; true of those who were told since who is here. */
  readonly #returned = new Map<PresenceOwner, boolean>();
  readonly #places: Places;
  readonly #lastWords = new LastWords();
  readonly #changed = new Set<number>();
  /** Whose words all changes are; null when they are several people's, or differ from what was said. */
  #changedBy: PresenceOwner | null = null;
  readonly #reported = { listed: 0, counted: 0 };
  /** What other nodes are told; null while none has the document open. */
  #outward: Outward | null = null;
  /** How many more are here by each other node than it tells of. */
  readonly #countedElsewhere = new Map<string, number>();
  #countedThere = 0;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#places = new Places(options.maxListed, (clientId) => this.#claims.shown(clientId)?.speaker ?? NOBODY);
    const countAll = (): number => this.counted;
    const everywhere = {
      listed: this.#places.listed,
      get counted(): number {
        return countAll();
      },
    };
    this.viewers = new ViewerCount(everywhere, options.now);
  }

  /** Everybody of whom something is known, listed or not. */
  get size(): number {
    return this.#claims.size;
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
    return this.#changed.size > 0 || this.dueInMs === 0;
  }

  /** In how many ms there is something to be told that can wait; null while there is nothing. */
  get dueInMs(): number | null {
    const viewers = this.viewers.dueInMs;
    const outward = this.#outward?.dueInMs ?? null;
    if (viewers === null || outward === null) return viewers ?? outward;
    return Math.min(viewers, outward);
  }

  /** Those who are only counted, here and elsewhere. */
  get counted(): number {
    return this.#places.counted + this.#countedThere;
  }

  /** From now on this connection is told who is here. */
  enter(owner: PresenceOwner): void {
    this.#lastWords.enter(owner);
  }

  /**
   * This connection's client had the document open before, be it in an earlier life of this node or on another one. Who saw
   * it there ignores what is told of it at a clock up to the last one that they know, and so does it of those whom it saw.
   * What these clocks are, nobody here may know. But clocks count changes, which are never a thousand a second: the time of
   * day is above all that was told before, on any node.
   */
  comesBack(owner: PresenceOwner): void {
    if (this.#returned.has(owner)) return;
    this.#returned.set(owner, false);
    // It may have said who they are before it said what it has.
    for (const clientId of this.#speakers.get(owner)?.clientIds ?? []) this.#tellAnew(clientId);
  }

  /**
   * Who is here, for whoever came back and has said since who they are: at clocks above those that they may know. Null for
   * others, and the second time. They are told nothing of themselves, since they may have said something later by now.
   */
  takeWelcome(owner: PresenceOwner): Uint8Array | null {
    const own = this.#speakers.get(owner)?.clientIds;
    if (own === undefined || this.#returned.get(owner) !== false) return null;
    this.#returned.set(owner, true);
    const others = [...this.#places.listed].filter((clientId) => !own.has(clientId));
    for (const clientId of others) this.#lastWords.presume(clientId, this.#options.timeOfDay());
    if (others.length === 0) return null;
    return encodePresence(others.map((clientId) => this.#entryOf(clientId, this.#lastWords.presumedClockOf(clientId))));
  }

  /** Who speaks for a client; null while nobody does. */
  ownerOf(clientId: number): PresenceOwner | null {
    return this.#claims.shown(clientId)?.speaker.owner ?? null;
  }

  /** As whom they are here: empty for a guest, null while they are not. */
  userOf(clientId: number): string | null {
    return this.#claims.shown(clientId)?.speaker.user ?? null;
  }

  /** Whether this user may come as a client that is not here: as one who was here under a name, only they may. */
  isOpenTo(user: string, clientId: number): boolean {
    const former = this.#lastWords.formerUserOf(clientId);
    return former === null || former === user;
  }

  /** Whether they are here by this node, be it by another one too. */
  isHere(clientId: number): boolean {
    return this.#claims.by(null, clientId) !== undefined;
  }

  /** How many are here by this node, listed or not. */
  get sizeHere(): number {
    return this.#claims.sizeHere;
  }

  /** Whether this connection speaks for them, be it that what another node says is shown. */
  speaksFor(owner: PresenceOwner, clientId: number): boolean {
    return this.#claims.by(null, clientId)?.speaker.owner === owner;
  }

  countOf(owner: PresenceOwner): number {
    return this.#speakers.get(owner)?.clientIds.size ?? 0;
  }

  /** Whether it would have one person more to speak for, if this were heard. */
  wouldAddTo(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): boolean {
    return !this.speaksFor(owner, entry.clientId) && this.#isNews(owner, entry, unprompted);
  }

  /**
   * Takes what a connection says. `state` must be the JSON text of an object, or `null`.
   *
   * @param unprompted it was said before the connection was told who is here, so it can't be an echo of that
   */
  hear(owner: PresenceOwner, entry: PresenceEntry, unprompted: boolean): void {
    if (!this.#isNews(owner, entry, unprompted)) return;
    const before = this.#claims.sizeHere;
    if (entry.state === LEFT) this.#remove(entry.clientId, entry.clock);
    else this.#take(owner, entry);
    if (this.#claims.sizeHere !== before) this.#report();
  }

  /** An edit of this connection was accepted: whoever edits goes before whoever only looks on. */
  noteEdit(owner: PresenceOwner): void {
    const speaker = this.#speakers.get(owner);
    if (speaker === undefined) return;
    speaker.editedAt = this.#options.now();
    if (this.counted === 0) return;
    for (const clientId of speaker.clientIds) {
      if (this.ownerOf(clientId) === owner) this.#turn(this.#places.claim(clientId, speaker.editedAt));
      this.#outward?.edited(clientId);
    }
    this.#report();
  }

  /** The connection is gone: so is everybody it spoke for. */
  forget(owner: PresenceOwner): void {
    for (const clientId of this.#speakers.get(owner)?.clientIds ?? []) {
      const clock = this.#claims.by(null, clientId)?.clock ?? 0;
      this.#remove(clientId, clock + 1);
    }
    this.#speakers.delete(owner);
    this.#returned.delete(owner);
    this.#report();
  }

  /**
   * Takes what another node says of those who are here by it.
   *
   * @param isWhole who is not in it is not here by that node
   */
  hearElsewhere(node: string, { people, counted }: Told, isWhole: boolean): void {
    const gone = new Map<number, number>();
    if (isWhole) for (const clientId of this.#claims.of(node)) gone.set(clientId, 0);
    for (const { clientId, clock, kind } of people) {
      if (kind === 'here') gone.delete(clientId);
      else gone.set(clientId, Math.min(clock, LARGEST_CLOCK));
    }
    // Before others come, for whom there is room then.
    for (const [clientId, clock] of gone) this.#removeElsewhere(node, clientId, clock);
    for (const person of people) if (person.kind === 'here') this.#takeElsewhere(node, person);
    this.#countedThere += counted - (this.#countedElsewhere.get(node) ?? 0);
    if (counted === 0) this.#countedElsewhere.delete(node);
    else this.#countedElsewhere.set(node, counted);
    this.#report();
  }

  /** Another node is gone, or has let go of the document: so is everybody who was here by it. */
  loseNode(node: string): void {
    this.hearElsewhere(node, { people: [], counted: 0 }, true);
  }

  /** Everybody who is here by this node, for other nodes; null for nobody. From now on it is noted what changes. */
  takeAllForOthers(): Uint8Array | null {
    const { maxListed, now } = this.#options;
    const claimOf = (clientId: number): Claim | undefined => this.#claims.by(null, clientId);
    const clockOf = (clientId: number): number => this.#lastWords.clockOf(clientId);
    this.#outward ??= new Outward({ maxTold: maxListed, claimOf, clockOf, now }, this.#claims.here());
    return this.#outward.takeAll();
  }

  /** What other nodes have yet to hear of those who are here by this one; null when that is nothing. */
  takeChangesForOthers(): Uint8Array | null {
    return this.#outward === null ? this.takeAllForOthers() : this.#outward.takeChanges();
  }

  /** No other node has the document open. */
  stopTellingOthers(): void {
    this.#outward = null;
  }

  /** What is to be told since the last call, encoded once for everybody; null when that is nothing. */
  takeChanges(): PresenceChanges | null {
    for (const clientId of this.#places.fill()) {
      if (this.#returned.size > 0) this.#tellAnew(clientId);
      else this.#tell(clientId);
    }
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
    const own = this.#claims.by(null, clientId);
    if (state === LEFT) return own?.speaker.owner === owner;
    if (own?.speaker.owner === owner) {
      return clock > own.clock || (own.state !== state && own.corrections?.get(clock) !== state);
    }
    const shown = this.#claims.shown(clientId);
    if (shown === undefined) return this.#lastWords.isReturn(owner, clientId, clock);
    // Providers repeat what they hear of others, at the same clock. Only news moves a state, and what a connection
    // says unprompted: a client that came back before its old socket was missed.
    // It has not heard yet at which clock it was told of when it last came back, and may never.
    if (unprompted && this.#returned.has(owner)) return true;
    return unprompted
      ? clock >= this.#asHere(clientId, Math.min(shown.clock, this.#lastWords.clockOf(clientId)))
      : clock > this.#asHere(clientId, this.#lastWords.presumedClockOf(clientId));
  }

  /** Of the last clock at which anybody was told of them: the last as one who is here, which may so be repeated. */
  #asHere(clientId: number, clock: number): number {
    return this.#places.listed.has(clientId) ? clock : clock - 1;
  }

  #take(owner: PresenceOwner, { clientId, clock, state }: PresenceEntry): void {
    const before = this.#claims.by(null, clientId);
    const speaker = this.#speakerOf(owner);
    const isTakeover = before?.speaker !== speaker;
    if (before !== undefined && isTakeover) this.#speakers.get(before.speaker.owner)?.clientIds.delete(clientId);
    speaker.clientIds.add(clientId);
    const corrections = before === undefined || clock > before.clock ? null : before.corrections;
    const claim: Claim = { speaker, clock, state, corrections };
    if (isTakeover) this.#rememberTold(claim, clientId);
    if (isTakeover && this.#returned.has(owner)) {
      this.#lastWords.presume(clientId, Math.max(clock, this.#options.timeOfDay()));
    }
    if (isTakeover) this.#riseAbove(claim, this.#claims.shown(clientId), clientId);
    this.#follow(clientId, this.#claims.put(clientId, claim, isTakeover), speaker.user, 0);
    if (before === undefined) this.#outward?.came(clientId);
    else this.#outward?.moved(clientId, this.#places.listed.has(clientId));
  }

  /** Whoever comes was told who is here before they said who they are: perhaps what they were elsewhere, later than they know. */
  #rememberTold(claim: Claim, clientId: number): void {
    const shown = this.#claims.shown(clientId);
    if (shown !== undefined && shown.speaker.node !== null) {
      remember(claim, this.#lastWords.clockOf(clientId), shown.state);
    }
  }

  /**
   * A client has come here from another node, which may not know it yet: all nodes are to show what is said here. Who is
   * listed is told above the last clock anyway.
   */
  #riseAbove(claim: Claim, shown: Claim | undefined, clientId: number): void {
    if (this.#places.listed.has(clientId)) return;
    if (shown === undefined || shown.speaker.node === null || claim.clock > shown.clock) return;
    claim.clock = shown.clock + 1;
    rememberCorrection(claim);
  }

  #speakerOf(owner: PresenceOwner): SpeakerHere {
    const known = this.#speakers.get(owner);
    if (known !== undefined) return known;
    const speaker = new SpeakerHere(owner, this.#options);
    this.#speakers.set(owner, speaker);
    return speaker;
  }

  #remove(clientId: number, clock: number): void {
    const own = this.#claims.by(null, clientId);
    if (own === undefined) return;
    this.#speakers.get(own.speaker.owner)?.clientIds.delete(clientId);
    this.#follow(clientId, this.#claims.drop(null, clientId), own.speaker.user, clock);
    this.#outward?.left(clientId);
  }

  #takeElsewhere(node: string, person: PersonElsewhere): void {
    const { clientId, state } = person;
    const clock = Math.min(person.clock, LARGEST_CLOCK);
    const now = this.#options.now();
    const before = this.#claims.by(node, clientId);
    // A node tells of no more than are listed; one whose settings differ is heard so far.
    if (before === undefined && this.#claims.of(node).size >= this.#options.maxListed) return;
    // Its door may not know whose client that was.
    if (this.#claims.shown(clientId) === undefined && !this.isOpenTo(person.user, clientId)) return;
    if (before?.speaker instanceof SpeakerElsewhere && before.speaker.user === person.user) {
      const { speaker } = before;
      const isAhead = speaker.rankAs(person, now);
      if (before.clock !== clock || before.state !== state) this.#putElsewhere(clientId, { ...before, clock, state });
      if (isAhead && this.ownerOf(clientId) === speaker) this.#turn(this.#places.claim(clientId, now));
      return;
    }
    // Whoever came back may know them from there.
    if (this.#returned.size > 0) this.#lastWords.presume(clientId, Math.max(clock, this.#options.timeOfDay()));
    const speaker = new SpeakerElsewhere(node, person, now);
    this.#putElsewhere(clientId, { speaker, clock, state, corrections: null });
  }

  #putElsewhere(clientId: number, claim: Claim): void {
    this.#follow(clientId, this.#claims.put(clientId, claim, false), claim.speaker.user, 0);
  }

  #removeElsewhere(node: string, clientId: number, clock: number): void {
    const theirs = this.#claims.of(node).has(clientId) ? this.#claims.by(node, clientId) : undefined;
    if (theirs !== undefined) this.#follow(clientId, this.#claims.drop(node, clientId), theirs.speaker.user, clock);
    const own = this.#claims.by(null, clientId);
    if (own !== undefined && clock > 0) this.#sayStillHere(clientId, own, clock);
  }

  /** Their removal elsewhere and their announcement here have crossed: who comes from there knows that clock (R10). */
  #sayStillHere(clientId: number, own: Claim, goneAt: number): void {
    if (this.#lastWords.clockOf(clientId) > goneAt) return;
    if (this.#places.listed.has(clientId) && this.#claims.shown(clientId) === own) {
      this.#tell(clientId, goneAt + 1);
    } else if (own.clock <= goneAt) {
      own.clock = goneAt + 1;
      rememberCorrection(own);
    }
    this.#outward?.moved(clientId, true);
  }

  /**
   * @param user whose claim came or went
   * @param goneAt the clock at which they left, if they did
   */
  #follow(clientId: number, outcome: Outcome, user: string, goneAt: number): void {
    switch (outcome) {
      case 'same':
        return;
      case 'changed':
        if (this.#places.listed.has(clientId)) this.#tell(clientId);
        return;
      case 'appeared':
        this.#lastWords.returned(clientId);
        this.#turn(this.#places.claim(clientId, this.#options.now()));
        return;
      case 'gone':
        if (this.#places.leave(clientId)) this.#tellGone(clientId, goneAt);
        this.#lastWords.departed(clientId, user);
        return;
      default:
        outcome satisfies never;
    }
  }

  #turn({ counted, listed }: Turn): void {
    if (counted !== null) this.#tellGone(counted, 0);
    if (listed !== null) this.#tell(listed);
  }

  /** Everybody is to hear what is known of somebody who is listed, not before this clock. */
  #tell(clientId: number, earliest = 0): void {
    const known = this.#claims.shown(clientId);
    if (known === undefined) return;
    const { clock: claimed, speaker } = known;
    const clock = this.#lastWords.nextClock(clientId, Math.max(claimed, earliest));
    // What another node says stays as it said it: its own client is told by that node.
    if (speaker.node === null && clock !== claimed) {
      known.clock = clock;
      rememberCorrection(known);
    }
    this.#note(clientId, clock, clock === claimed ? speaker.owner : null);
  }

  /** Above what anybody may know of them who came back. */
  #tellAnew(clientId: number): void {
    this.#lastWords.presume(clientId, this.#options.timeOfDay());
    if (this.#places.listed.has(clientId)) this.#tell(clientId);
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

  /** Of all nodes together each person is counted once: by the one that they are here by. */
  #report(): void {
    const { count } = this.#options;
    if (count === null) return;
    const listed = this.#listedHere;
    const counted = this.#claims.sizeHere - listed;
    if (listed !== this.#reported.listed) count.add('listed', listed - this.#reported.listed);
    if (counted !== this.#reported.counted) count.add('counted', counted - this.#reported.counted);
    this.#reported.listed = listed;
    this.#reported.counted = counted;
  }

  get #listedHere(): number {
    const { listed } = this.#places;
    if (this.#claims.size === this.#claims.sizeHere) return listed.size;
    let here = 0;
    for (const clientId of listed) if (this.#claims.by(null, clientId) !== undefined) here += 1;
    return here;
  }

  #encode(clientIds: Iterable<number>): Uint8Array {
    const entries: PresenceEntry[] = [];
    for (const clientId of clientIds) entries.push(this.#entryOf(clientId));
    return encodePresence(entries);
  }

  #entryOf(clientId: number, clock = this.#lastWords.clockOf(clientId)): PresenceEntry {
    const state = this.#places.listed.has(clientId) ? this.#claims.shown(clientId)?.state : undefined;
    return { clientId, clock: Math.max(0, clock), state: state ?? LEFT };
  }
}

function rememberCorrection(known: Claim): void {
  remember(known, known.clock, known.state);
}

function remember(known: Claim, clock: number, state: string): void {
  known.corrections ??= new Map();
  known.corrections.set(clock, state);
  if (known.corrections.size <= MOST_CORRECTIONS) return;
  const [oldest] = known.corrections.keys();
  if (oldest !== undefined) known.corrections.delete(oldest);
}
