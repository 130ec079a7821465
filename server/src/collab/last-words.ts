/** The last that was told of somebody: what they are, or that they are not here, or no longer listed. */
interface LastWord {
  clock: number;
  /** A later clock that some readers may know besides: below all clocks where none may. */
  presumed: number;
  /** The version of presence in which it was told. */
  version: number;
}

/** Of people who left, clocks are remembered so that they can return above them, and users; beyond this many the oldest go. */
const MAX_REMEMBERED_CLOCKS = 2_000;

/** Clients of one user who left that nobody else may come as: more than anybody has tabs. */
const MAX_FORMER_CLIENTS = 100;

/**
 * A clock counts the changes of one client, and nobody comes this far by changing. What claims to be above is counted by
 * one: a clock at the end of what can be written would put out everybody who repeats it, or who comes after it.
 */
const LARGEST_CLAIM = 2 ** 48;

/** What a document's readers were told of whom, and when: readers ignore what is not above the last clock they know (R10). */
export class LastWords {
  readonly #words = new Map<number, LastWord>();
  /** Of those who have left and were told of, how many connections had entered by then. The latest last. */
  readonly #departures = new Map<number, number>();
  /** As whom those were here who have left, where a token named them. The latest last. */
  readonly #formerUsers = new Map<number, string>();
  /** The how manieth a connection was that entered. */
  readonly #entered = new WeakMap<object, number>();
  #entrances = 0;
  #version = 0;
  /** Of the latest change of somebody who is remembered no more; below all others while nobody was forgotten. */
  #forgottenVersion = -1;

  /** Counts how often changes were told. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#words.size;
  }

  /** From now on this connection is told who is here. While nobody has left it need not be known who came before them. */
  enter(connection: object): void {
    this.#entrances += 1;
    if (this.#departures.size > 0) this.#entered.set(connection, this.#entrances);
  }

  /** Below all clocks when nothing was told of them. */
  clockOf(clientId: number): number {
    return this.#words.get(clientId)?.clock ?? -1;
  }

  /** The last clock that readers know, or may know. */
  presumedClockOf(clientId: number): number {
    const word = this.#words.get(clientId);
    return word === undefined ? -1 : Math.max(word.clock, word.presumed);
  }

  /** The claimed clock, or one above the last that readers know. */
  nextClock(clientId: number, claimed: number): number {
    return Math.max(Math.min(claimed, LARGEST_CLAIM), this.presumedClockOf(clientId) + 1);
  }

  /** Readers may know this clock of them, though it was not told to all. */
  presume(clientId: number, clock: number): void {
    const presumed = Math.min(clock, LARGEST_CLAIM);
    const word = this.#words.get(clientId);
    if (word === undefined) this.#words.set(clientId, { clock: -1, presumed, version: this.#version });
    else word.presumed = Math.max(word.presumed, presumed);
  }

  /** To be told with the next version. */
  note(clientId: number, clock: number): void {
    const version = this.#version + 1;
    const word = this.#words.get(clientId);
    if (word === undefined) {
      this.#words.set(clientId, { clock, presumed: -1, version });
      return;
    }
    word.clock = clock;
    word.version = version;
  }

  /**
   * They are not here any more. Of whom nothing was told, no clock need be remembered.
   *
   * @param user whom a token names; empty for guests
   */
  departed(clientId: number, user: string): void {
    if (this.#words.has(clientId)) this.#departures.set(clientId, this.#entrances);
    if (user === '') return;
    this.#formerUsers.set(clientId, user);
    const theirs = [...this.#formerUsers].filter(([, each]) => each === user);
    if (theirs.length > MAX_FORMER_CLIENTS) this.#formerUsers.delete(theirs[0]?.[0] ?? clientId);
    const [oldest] = this.#formerUsers.keys();
    if (this.#formerUsers.size > MAX_REMEMBERED_CLOCKS && oldest !== undefined) this.#formerUsers.delete(oldest);
  }

  returned(clientId: number): void {
    this.#departures.delete(clientId);
    this.#formerUsers.delete(clientId);
  }

  /** As whom somebody was here last who is not here now; null where that is not known, or was a guest. */
  formerUserOf(clientId: number): string | null {
    return this.#formerUsers.get(clientId) ?? null;
  }

  /**
   * Whether somebody who is not here has come, rather than that a connection repeats what it heard of them before they
   * left: that may be on its way for as long as a message takes there and back. Who came after they left has heard nothing.
   */
  isReturn(connection: object, clientId: number, clock: number): boolean {
    const departure = this.#departures.get(clientId);
    if (departure === undefined || clock > this.presumedClockOf(clientId)) return true;
    return (this.#entered.get(connection) ?? 0) > departure;
  }

  /** What was noted is told now. @returns the version in which */
  tell(): number {
    this.#version += 1;
    if (this.#departures.size > MAX_REMEMBERED_CLOCKS) this.#forgetOldest();
    return this.#version;
  }

  /**
   * Of whom something was told after that version, those who left among them. What is too old is forgotten: somebody
   * might have left of whom nothing is known any more.
   */
  since(version: number): readonly number[] | 'forgotten' {
    if (version < this.#forgottenVersion) return 'forgotten';
    return [...this.#words].flatMap(([clientId, word]) => (word.version > version ? clientId : []));
  }

  /** Once it was told what became of them: it is for those who come back, and for those who are behind. */
  #forgetOldest(): void {
    for (const clientId of this.#departures.keys()) {
      if (this.#departures.size <= MAX_REMEMBERED_CLOCKS) return;
      this.#forgottenVersion = Math.max(this.#forgottenVersion, this.#words.get(clientId)?.version ?? 0);
      this.#words.delete(clientId);
      this.#departures.delete(clientId);
    }
  }
}
