import { randomInt } from 'node:crypto';
import { FrameError } from '@quire/protocol';
import type { Clock } from '../../clock.ts';
import type { RoomLink, SharedRoom } from '../../collab/replication.ts';
import type { LoggedEvent } from '../../events/event-log.ts';
import type { HeardParts } from './heard-parts.ts';
import { Inquiry } from './inquiry.ts';
import { encodeRoomMessage, type Heard, MOST_ANSWERS, type RoomMessage, type Said } from './room-message.ts';
import { type RoomKey, roomKeyOf, type Standing } from './rooms-digest.ts';
import type { Tallies } from './tallies.ts';
import type { ToldParts } from './told-parts.ts';

/** Within so long after the first question others ask the same: many nodes that come back at once get one answer. */
export const ANSWER_AFTER_MS = 3;

/**
 * Who is there by a node whose presence can't be read is asked of it at once, and then no more often than this, whatever it
 * says: a node of another release may say what is not understood for as long as it runs. Each answer is followed by a pulse
 * at the latest, so it goes on being asked.
 */
export const MISREAD_AGAIN_MS = 5_000;

/**
 * Nodes that closed the document are remembered, since what they said before may arrive after it, and so are those that were
 * lost, since they may come back. The oldest go: each start of a node is another one.
 */
const MOST_REMEMBERED = 64;

const NOBODY = new Uint8Array(0);
const LARGEST_QUESTION = 2 ** 47;

/** What a room needs of the node that it is on. */
export interface RoomHost {
  readonly incarnation: string;
  readonly clock: Clock;
  readonly isConnected: boolean;
  readonly toldParts: ToldParts;
  readonly heardParts: HeardParts;
  readonly tallies: Pick<Tallies, 'tells' | 'standOwn' | 'standOther'>;
  /** @returns how many heard it; 0 when the bus is away */
  tell(document: string, message: Uint8Array): Promise<number>;
  /** Whether this node is thought to be gone. */
  isLost(node: string): boolean;
  /** It has answered a question that was asked after it seemed to be. */
  found(node: string): void;
  /** Something was told that others will miss if it got lost. */
  spoke(room: Room): void;
  left(room: Room, goodbye: Uint8Array | null): void;
  /** It can't be read who is there by another node. */
  misread(error: FrameError): void;
}

/** Another node that has the document open. */
interface Member extends Standing {
  /** Of the last that was heard of it. */
  readonly number: number;
  /** It has described what is there by it. */
  readonly isDescribed: boolean;
  /** When it was last asked because it could not be read who is there by it; null while that is known. */
  readonly misreadAt: number | null;
}

/**
 * What nodes that have one document open tell each other. The bus may lose, delay, repeat and reorder it: messages have
 * numbers, and whoever misses one asks for everything again. It says how many listen: while these are more than have said
 * who is there by them, they are asked. While no other node is there nothing is told at all.
 */
export class Room implements RoomLink {
  readonly document: string;
  readonly #life: number;
  readonly #room: SharedRoom;
  readonly #host: RoomHost;
  readonly #members = new Map<string, Member>();
  /** The lives that are over of nodes that closed the document. */
  readonly #departed = new Map<string, number>();
  /** Members that were lost; if one of them is found again, so are its people. */
  readonly #missing = new Set<string>();
  readonly #inquiry: Inquiry;
  #state: 'opening' | 'open' | 'left' = 'opening';
  #number = 0;
  /** How this node stands in it, for tallies. */
  #standing: Standing;
  /** Known once somebody is met. */
  #key: RoomKey | null = null;
  /** Answers to another were given before; new with each suspicion that somebody is gone. */
  #question = randomInt(LARGEST_QUESTION);
  /** Those to be answered soon; null while nobody waits for an answer. */
  #answers: number[] | null = null;
  #cancelAnswer: (() => void) | null = null;
  /** Nobody else listens, as far as is known. */
  #isAlone = false;
  /** Some node was here. */
  #hasMet = false;
  /** What is told in it is heard now. */
  #isHearing = false;
  /** Of a node that is heard of for the first time, all that it has taken may have been missed, until all have answered. */
  #wasDeaf = false;
  /** Others may have heard that it is open here. */
  #mayBeKnown = false;
  /** How many others heard what was said last; null while that is not known. */
  #listeners: number | null = null;

  constructor(document: string, life: number, room: SharedRoom, host: RoomHost) {
    this.document = document;
    this.#life = life;
    this.#standing = { life, restsAt: 0 };
    this.#room = room;
    this.#host = host;
    this.#inquiry = new Inquiry({
      clock: host.clock,
      ask: (to) => this.#ask(to),
      isHeard: () => host.isConnected,
      missesSomebody: () => this.#missesSomebody,
      onSilent: (node) => this.#remove(node),
      onSettled: () => {
        this.#isAlone = this.#members.size === 0;
        if (this.#isHearing) this.#wasDeaf = false;
      },
    });
    this.#noteHearing();
  }

  get isShared(): boolean {
    return this.#members.size > 0;
  }

  tell(presence: Uint8Array): void {
    if (this.isShared) void this.#say({ kind: 'change', presence });
  }

  /** Until it is known whether others are here, they may be. */
  relay(payload: string): void {
    if (this.#state === 'left' || (this.#isAlone && !this.isShared)) return;
    this.#host.toldParts.tell(this, payload, async (said) => (this.#state === 'left' ? 0 : this.#say(said)));
  }

  /** Until it is known whether others are here, they may be. */
  tellEvent(event: LoggedEvent): void {
    if (this.#state === 'left' || (this.#isAlone && !this.isShared)) return;
    void this.#say({ kind: 'event', event, epoch: this.#room.epoch });
  }

  leave(): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    this.#inquiry.close();
    this.#cancelAnswer?.();
    this.#number += 1;
    this.#host.left(this, this.#hasMet || this.#mayBeKnown ? this.#encode({ kind: 'bye' }) : null);
    for (const node of [...this.#members.keys()]) this.#put(node, null);
  }

  /** From now on everything is heard that is told in it. */
  opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    this.#noteHearing();
    this.#inquiry.askAll([]);
  }

  /** Nobody knows what got lost meanwhile. Who missed something of ours notices by the number of the question. */
  renew(): void {
    if (this.#state !== 'open') return;
    this.#noteHearing();
    this.#inquiry.askAll([...this.#members.keys(), ...this.#missing]);
  }

  /** The bus is away: until it is renewed nothing is heard in it. */
  fallSilent(): void {
    this.#noteHearing();
  }

  #noteHearing(): void {
    const { clock, isConnected } = this.#host;
    const isHeard = this.#state === 'open' && isConnected;
    if (!isConnected) this.#wasDeaf = true;
    // A bus that only took no writes meanwhile has been heard all the time.
    if (isHeard && this.#isHearing) return;
    this.#isHearing = isHeard;
    this.#room.hearEventsSince(isHeard ? clock.monotonicMs() : Number.POSITIVE_INFINITY);
  }

  /**
   * @param mayBeLast enough were sent, for those whose tallies are compared
   * @returns whether another one has to follow
   */
  pulse(mayBeLast: boolean): boolean {
    if (!this.isShared) return false;
    const { tallies } = this.#host;
    const isLast = mayBeLast && [...this.#members.keys()].every((node) => tallies.tells(node));
    if (isLast) this.#restAt(this.#number);
    void this.#send({ kind: isLast ? 'rest' : 'pulse' }).then((heardBy) => {
      // Somebody has left, and their goodbye got lost.
      if (heardBy > 0 && heardBy <= this.#members.size) this.#inquiry.askAll(this.#members.keys());
    });
    return !isLast;
  }

  /** It is not known here as it says that it stands, in this room or another one. */
  check(node: string, isMeant: (room: RoomKey) => boolean): void {
    if (this.#state === 'open' && this.#members.has(node) && isMeant(this.#ownKey)) this.#inquiry.askOne(node);
  }

  lose(node: string): void {
    this.#question = randomInt(LARGEST_QUESTION);
    this.#inquiry.forget(node);
    if (this.#members.has(node)) this.#miss(node);
    this.#remove(node);
  }

  #miss(node: string): void {
    this.#missing.delete(node);
    this.#missing.add(node);
    keepLatest(this.#missing);
  }

  /** Nothing has been heard for so long that nobody knows who is still there. Nodes are not thought to be gone for that. */
  loseAll(): void {
    for (const node of [...this.#members.keys()]) {
      this.#miss(node);
      this.#remove(node);
      this.#isAlone = false;
    }
  }

  /** A node that was lost may be back. */
  seek(node: string): void {
    if (this.#state === 'open' && this.#missing.has(node)) this.#inquiry.askOne(node);
  }

  hear({ from, life, number, said }: RoomMessage<Heard>): void {
    if (this.#state === 'left' || from === this.#host.incarnation) return;
    if (said.kind === 'event') {
      const teller = this.#members.get(from);
      // Whatever is thought of its node, and though it comes late: events are told apart by their own numbers.
      this.#hearEvent(said, this.#wasDeaf || (teller?.life === life && teller.isDescribed));
      // Who says something in a document that it does not have open is nobody to wait for.
      if (teller?.life !== life) return;
    }
    if (said.kind === 'keys') {
      if (said.epoch === this.#room.epoch) this.#room.learnEventKeys(said.keys);
      return;
    }
    if (life <= (this.#departed.get(from) ?? -1)) return;
    if (this.#isDoubtful(from, said)) {
      // It is answered all the same: it may think of this node what this one thinks of it.
      if (said.kind === 'hello') this.#answer(said);
      this.#inquiry.askOne(from);
      return;
    }
    const member = this.#members.get(from);
    const last = member === undefined || member.life < life ? 0 : member.number;
    if (member !== undefined && life < member.life) return;
    const expected = isRepeat(said) ? last : last + 1;
    if (number < expected) return;
    if (said.kind === 'bye') {
      this.#depart(from, life);
      return;
    }
    if (member !== undefined && life > member.life) this.#lose(from);
    const wasShared = this.isShared;
    const wasDescribed = member?.life === life && member.isDescribed;
    const misreadAt = member?.life === life ? member.misreadAt : null;
    const isDescribed = wasDescribed || said.kind === 'here';
    const restsAt = restOf(said, number, member?.life === life ? member : undefined);
    this.#put(from, { life, number, restsAt, isDescribed, misreadAt });
    this.#hasMet = true;
    this.#isAlone = false;
    this.#missing.delete(from);
    const isRead = this.#take(from, said, wasDescribed);
    this.#mindReading(from, said, isRead);
    if (said.kind === 'hello' && last === 0) this.#tellEvents();
    if (number > expected && said.kind !== 'here') this.#inquiry.askOne(from);
    if (!wasShared) this.#answerSoon();
  }

  /** To who has just opened the document. */
  #tellEvents(): void {
    const { epoch, eventKeys, recentEvents } = this.#room;
    if (eventKeys.length > 0) void this.#send({ kind: 'keys', epoch, keys: eventKeys });
    for (const event of recentEvents) this.tellEvent(event);
  }

  /** One of the release before names no life: in a later one than the first it may be of any. */
  #hearEvent({ epoch, event }: Extract<Said, { kind: 'event' }>, isCounted: boolean): void {
    if (epoch === this.#room.epoch) this.#room.hearEvent(event, isCounted);
    else this.#room.passEvent(event.id, epoch === '');
  }

  /** What a node said before it was lost may arrive after that, and would bring back people who are gone with it. */
  #isDoubtful(from: string, said: Heard): boolean {
    if (!this.#host.isLost(from)) return false;
    if (said.kind !== 'here' || !said.answers.includes(this.#question)) return said.kind !== 'bye';
    this.#missing.delete(from);
    this.#host.found(from);
    return false;
  }

  #take(from: string, said: Exclude<Heard, { kind: 'bye' | 'keys' }>, wasDescribed: boolean): boolean {
    switch (said.kind) {
      case 'hello':
        this.#answer(said);
        return true;
      case 'here': {
        const isRead = said.presence.length === 0 || this.#hearPresence(from, said.presence, true);
        if (said.presence.length === 0) this.#room.lose(from);
        if (said.eventsHead !== '') this.#room.eventsReach(said.eventsHead, this.#wasDeaf || wasDescribed);
        this.#inquiry.answered(from);
        return isRead;
      }
      case 'change':
        return this.#hearPresence(from, said.presence, false);
      case 'stateless':
        this.#host.heardParts.forget(this.document, from);
        this.#room.relay(said.payload);
        return true;
      case 'part': {
        const payload = this.#host.heardParts.take(this.document, from, said);
        if (payload !== null) this.#room.relay(payload);
        return true;
      }
      case 'pulse':
      case 'rest':
      case 'event': // heard before anything else was asked of it
      case 'unknown': // but it has its number
        return true;
      default:
        return said satisfies never;
    }
  }

  /** @returns whether it could be read */
  #hearPresence(from: string, presence: Uint8Array, isWhole: boolean): boolean {
    try {
      this.#room.hear(from, presence, isWhole);
      return true;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#host.misread(error);
      // Whoever it spoke of before may have left.
      if (isWhole) this.#room.lose(from);
      return false;
    }
  }

  /** Presence that can't be read counts as missed. */
  #mindReading(node: string, said: Heard, isRead: boolean): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    const { misreadAt } = member;
    if (isRead && said.kind === 'here') {
      if (misreadAt !== null) this.#members.set(node, { ...member, misreadAt: null });
      return;
    }
    if (isRead && misreadAt === null) return;
    const now = this.#host.clock.monotonicMs();
    if (misreadAt !== null && now - misreadAt < MISREAD_AGAIN_MS) return;
    this.#members.set(node, { ...member, misreadAt: now });
    this.#inquiry.askOne(node);
  }

  #depart(node: string, life: number): void {
    this.#missing.delete(node);
    this.#departed.delete(node);
    this.#departed.set(node, life);
    keepLatest(this.#departed);
    this.#listeners = null;
    this.#inquiry.forget(node);
    this.#remove(node);
  }

  #remove(node: string): void {
    if (!this.#members.has(node)) return;
    this.#put(node, null);
    this.#isAlone = this.#members.size === 0 && !this.#missesSomebody;
    this.#lose(node);
  }

  #lose(node: string): void {
    this.#host.heardParts.forget(this.document, node);
    this.#room.lose(node);
  }

  /** Null: it is not there any more. */
  #put(node: string, member: Member | null): void {
    const before = this.#members.get(node) ?? null;
    const { tallies } = this.#host;
    if (before === null) tallies.standOwn(node, this.#ownKey, null, this.#standing);
    tallies.standOther(node, this.#ownKey, before, member);
    if (member !== null) {
      this.#members.set(node, member);
      return;
    }
    tallies.standOwn(node, this.#ownKey, this.#standing, null);
    this.#members.delete(node);
  }

  get #ownKey(): RoomKey {
    this.#key ??= roomKeyOf(this.document);
    return this.#key;
  }

  #restAt(number: number): void {
    if (this.#standing.restsAt === number) return;
    const before = this.#standing;
    this.#standing = { life: this.#life, restsAt: number };
    for (const node of this.#members.keys()) this.#host.tallies.standOwn(node, this.#ownKey, before, this.#standing);
  }

  /** Whoever said hello, and whose people are not known, is missed as well. */
  get #missesSomebody(): boolean {
    if (this.#listeners === null) return false;
    let met = 0;
    for (const { isDescribed } of this.#members.values()) if (isDescribed) met += 1;
    return this.#listeners > met;
  }

  #ask(to: string | null): void {
    this.#mayBeKnown = true;
    void this.#say({ kind: 'hello', question: this.#question, to }).then((heardBy) => {
      if (heardBy > 1) return;
      this.#mayBeKnown = false;
      // The bus is away, or drops what it is told: anybody may listen, and it is asked again until that is known.
      if (heardBy === 0) this.#listeners = Number.POSITIVE_INFINITY;
      // By ourselves alone.
      if (heardBy === 1 && to === null && !this.isShared) this.#inquiry.unheard();
    });
  }

  #answer({ question, to }: Extract<Said, { kind: 'hello' }>): void {
    if (to === null || to === this.#host.incarnation) this.#answerSoon(question);
  }

  /** With everybody who is here by this node. */
  #answerSoon(question?: number): void {
    this.#answers ??= [];
    if (question !== undefined && this.#answers.length < MOST_ANSWERS) this.#answers.push(question);
    this.#cancelAnswer ??= this.#host.clock.after(ANSWER_AFTER_MS, () => {
      this.#cancelAnswer = null;
      const answers = this.#answers ?? [];
      this.#answers = null;
      const presence = this.#room.describe();
      void this.#say({ kind: 'here', answers, presence: presence ?? NOBODY, eventsHead: this.#room.eventsHead });
    });
  }

  #say(said: Said): Promise<number> {
    this.#number += 1;
    this.#restAt(0);
    return this.#send(said);
  }

  #send(said: Said): Promise<number> {
    if (!isRepeat(said)) this.#host.spoke(this);
    return this.#host.tell(this.document, this.#encode(said)).then((heardBy) => {
      this.#countListeners(heardBy);
      return heardBy;
    });
  }

  /** Words get lost on their way to who listens, but Redis knows to how many it sent them. */
  #countListeners(heardBy: number): void {
    if (this.#state !== 'open' || heardBy === 0) return;
    this.#listeners = heardBy - 1;
    if (this.#missesSomebody) this.#inquiry.wonder();
  }

  #encode(said: Said): Uint8Array {
    return encodeRoomMessage({ from: this.#host.incarnation, life: this.#life, number: this.#number, said });
  }
}

/** It has no number of its own. */
function isRepeat({ kind }: Heard): boolean {
  return kind === 'pulse' || kind === 'rest';
}

/** A pulse that was overtaken by the last changes nothing. */
function restOf({ kind }: Heard, number: number, known: Member | undefined): number {
  if (number !== known?.number) return 0;
  return kind === 'rest' ? number : known.restsAt;
}

function keepLatest(remembered: Set<string> | Map<string, unknown>): void {
  if (remembered.size <= MOST_REMEMBERED) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
