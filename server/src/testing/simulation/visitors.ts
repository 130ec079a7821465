import type { Random } from '@quire/testing';
import type { Clock } from '../../clock.ts';
import type { LiveCluster } from '../../cluster/live-cluster.ts';
import { AwarePerson } from '../aware-person.ts';
import { Desk } from '../desk.ts';

/** A process in which people can have the document open. */
export interface Place {
  readonly cluster: LiveCluster;
  readonly clock: Clock;
}

/** Nobody is back sooner. */
export const COMING_BACK_MS = 1_000;
const DOCUMENT = 'plan';
const SLOW_ONE_IN = 4;

/** People who have one document open, each by one node, and their lines to these. */
export class Visitors {
  readonly people: readonly AwarePerson[];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #desks = new Map<Place, Desk>();
  readonly #seats = new Map<AwarePerson, Place>();
  readonly #leftAt = new Map<AwarePerson, number>();
  /** Sockets that are dead, which the node has not noticed. */
  #unmissed: { readonly place: Place; readonly socket: object }[] = [];
  readonly #slow = new Set<AwarePerson | Desk>();
  #isCalm = false;

  constructor(count: number, clock: Clock, random: Random) {
    this.people = Array.from({ length: count }, (_, index) => new AwarePerson(index + 1));
    this.#clock = clock;
    this.#random = random;
  }

  /** Those who have the document open. */
  get seated(): AwarePerson[] {
    return this.people.filter((person) => this.#seats.has(person));
  }

  seatOf(person: AwarePerson): Place | undefined {
    return this.#seats.get(person);
  }

  /** @returns whether they are there now */
  enter(person: AwarePerson, place: Place): boolean {
    const leftAt = this.#leftAt.get(person) ?? Number.NEGATIVE_INFINITY;
    const isTooSoon = this.#clock.now() - leftAt < COMING_BACK_MS;
    if (this.#seats.has(person) || isTooSoon || place.cluster.unreadiness !== null) return false;
    // Started without the bus it goes by its own clock, and who moves on from it may see nobody for as long as that is off.
    if (place.cluster.clockSkewMs === null) return false;
    this.#deskAt(place).enter(person);
    this.#seats.set(person, place);
    return true;
  }

  /** The line breaks, or the person closes the tab where nobody notices. */
  lose(person: AwarePerson): void {
    const place = this.#seats.get(person);
    if (place === undefined) return;
    this.#seats.delete(person);
    this.#leftAt.set(person, this.#clock.now());
    const socket = this.#desks.get(place)?.lose(person);
    if (socket != null) this.#unmissed.push({ place, socket });
  }

  /** Nodes notice which sockets are dead. */
  miss(): void {
    for (const { place, socket } of this.#unmissed) this.#desks.get(place)?.presence.forget(socket);
    this.#unmissed = [];
  }

  leave(person: AwarePerson): void {
    this.lose(person);
    this.miss();
  }

  /** The node tells its people to go, and lets go of what it has open. */
  empty(place: Place): void {
    for (const person of this.people) if (this.#seats.get(person) === place) this.lose(person);
    this.miss();
    const desk = this.#desks.get(place);
    desk?.flush();
    desk?.close();
    this.#desks.delete(place);
  }

  /** The node is dead, and its people are with nobody. */
  orphan(place: Place): void {
    for (const person of this.people) if (this.#seats.get(person) === place) this.lose(person);
    this.#unmissed = this.#unmissed.filter((each) => each.place !== place);
    this.#desks.delete(place);
  }

  /** Whoever has nobody in the document any more lets go of it. */
  closeEmpty(): void {
    for (const [place, desk] of this.#desks) {
      const isAwaited = this.#unmissed.some((each) => each.place === place);
      if (desk.people.size === 0 && !isAwaited) this.empty(place);
    }
  }

  /** Some are slow until the next time, unless all are at rest for good. */
  slowDown(): void {
    this.#slow.clear();
    if (this.#isCalm) return;
    for (const each of [...this.people, ...this.#desks.values()]) {
      if (this.#random.oneIn(SLOW_ONE_IN)) this.#slow.add(each);
    }
  }

  /** From now on nobody is slow. */
  calm(): void {
    this.#isCalm = true;
    this.#slow.clear();
  }

  /** Nodes say what is due, people hear it, and say what they have to. @returns how many had anything to say or to hear */
  stir(): number {
    let stirred = 0;
    for (const desk of this.#desks.values()) {
      if (!desk.presence.hasChanges || this.#slow.has(desk)) continue;
      desk.flush();
      stirred += 1;
    }
    for (const person of this.people) {
      if (person.isQuiet || this.#slow.has(person)) continue;
      person.listen();
      person.speak();
      stirred += 1;
    }
    return stirred;
  }

  /** From now on nobody who stays is to leave a screen. */
  watch(): void {
    for (const person of this.people) person.seenToLeave.clear();
  }

  /** Who was seen to leave, and is there, since they are watched; null when nobody was (R10). */
  get wronglyGone(): string | null {
    for (const viewer of this.#seats.keys()) {
      for (const { clientId } of this.#seats.keys()) {
        if (viewer.seenToLeave.has(clientId))
          return `person ${viewer.clientId} saw person ${clientId} leave, who is there`;
      }
    }
    return null;
  }

  /** Who is shown and is not there, or is there and not shown, or not as they are (G7); null when all is well. */
  difference(): string | null {
    const here = new Map<string, string>();
    for (const person of this.people) {
      if (this.#seats.has(person)) here.set(`${person.clientId}`, JSON.stringify(person.said));
    }
    for (const [{ cluster }, desk] of this.#desks) {
      const difference = compare(new Map(Object.entries(desk.shown)), here);
      const id = cluster.nodes.find(({ isSelf }) => isSelf)?.id;
      if (difference !== null) return `node ${id} ${difference}`;
    }
    for (const person of this.#seats.keys()) {
      const shown = new Map(Object.entries(person.screen));
      const difference = compare(shown.set(`${person.clientId}`, JSON.stringify(person.said)), here);
      if (difference !== null) return `person ${person.clientId} ${difference}`;
    }
    return null;
  }

  close(): void {
    for (const person of this.people) person.close();
  }

  #deskAt(place: Place): Desk {
    const open = this.#desks.get(place);
    if (open !== undefined) return open;
    const desk = new Desk((room) => place.cluster.join(DOCUMENT, room), {
      now: () => place.clock.monotonicMs(),
      timeOfDay: () => place.cluster.commonTime(),
    });
    this.#desks.set(place, desk);
    return desk;
  }
}

function compare(shown: ReadonlyMap<string, string>, here: ReadonlyMap<string, string>): string | null {
  for (const id of shown.keys()) if (!here.has(id)) return `shows person ${id}, who is not there`;
  for (const [id, state] of here) {
    const seen = shown.get(id);
    if (seen === undefined) return `does not show person ${id}`;
    if (seen !== state) return `shows person ${id} as ${seen} and not as ${state}`;
  }
  return null;
}
