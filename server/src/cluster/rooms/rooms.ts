import { FrameError } from '@quire/protocol';
import type { Clock } from '../../clock.ts';
import type { RoomLink, SharedRoom } from '../../collab/replication.ts';
import type { Logger } from '../../observability/log.ts';
import type { BusStatus, ClusterBus } from '../cluster-bus.ts';
import { HeardParts } from './heard-parts.ts';
import { RareComplaints } from './rare-complaints.ts';
import { Room, type RoomHost } from './room.ts';
import { decodeRoomMessage } from './room-message.ts';
import { Tallies, type TallyOutcome } from './tallies.ts';
import { type ToldMeters, ToldParts } from './told-parts.ts';

/** Within so long after they spoke, rooms say the number of their last message: long enough to stand for many. */
export const PULSE_AFTER_MS = 5_000;

/** A pulse may get lost as well: it is said again. What these do not tell, tallies do. */
const PULSES = 2;

/** While somebody is there who tells none, it is said for ever, and always after so many times. */
export const PULSE_EVERY = 4;

/**
 * After so long without the bus, others who left may still be on screens, since nobody hears that they did (G7). As long as a
 * silent node is believed to be there; a restart of Redis takes less.
 */
export const ALONE_AFTER_MS = 4_000;

/** What thousands of documents do takes a second, in steps that are short, so that others are heard between. */
const STEPS = 100;
const STEP_MS = 10;
const LEAST_IN_A_STEP = 20;

/** Goodbyes that could not be said. Beyond them the oldest are forgotten: who missed one notices when it asks next. */
export const MOST_UNSAID_GOODBYES = 100_000;

/** Of nodes that were lost; each restart of a node is another. */
const MOST_LOST = 1_000;

/** One that was told before its node was lost may come late; who has told so many since is there, and is sought. */
const TALLIES_OF_LOST = 2;

/** Why something was not understood: it is no message or tally of this version, of a kind that only a later release knows, or its presence is not to be read. */
export type StrangeMessage = 'damaged' | 'unknown-kind' | 'presence';

/** Counts what goes through rooms. */
export interface RoomMeters extends ToldMeters {
  add(direction: 'sent' | 'received', bytes: number): void;
  /** One that was not understood, or not all of it. */
  strange(fault: StrangeMessage): void;
  tally(outcome: TallyOutcome): void;
}

/** The part of a bus that rooms use. */
export type RoomsBus = Pick<ClusterBus, 'status' | 'onStatus' | 'tell' | 'listen'>;

export interface RoomsOptions {
  readonly bus: RoomsBus;
  /** Of this node's store: another one after each start. */
  readonly incarnation: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters?: RoomMeters | null;
  /** How many characters a stateless message may have. Left out: as many as by default. */
  readonly mostStatelessCharacters?: number;
}

const MOST_STATELESS_BY_DEFAULT = 16 * 1024 * 1024;

/** The documents that are open here, as places where nodes meet. */
export interface Rooms {
  join(document: string, room: SharedRoom): RoomLink;
  /** This node has fallen silent, or has another incarnation by now: it is in no room any more. */
  lose(incarnation: string): void;
  /** A node that was lost is heard again: it is asked whom it has, in every room that it was in. */
  seek(incarnation: string): void;
  close(): void;
}

/** Whether a room hears what is said in it. */
type Hearing =
  | { readonly kind: 'begins'; stop(): void }
  | { readonly kind: 'hears'; stop(): void }
  /** The bus refused: it is asked again when it is back. */
  | { readonly kind: 'deaf' };

export function createRooms(options: RoomsOptions): Rooms {
  return new LiveRooms(options);
}

/** One that is full, or can't keep anything safely, takes no records; but what is told on it is heard. */
export function carriesWords(status: BusStatus): boolean {
  if (status.state !== 'away') return status.state === 'connected';
  return status.error.code === 'full' || status.error.code === 'unsafe';
}

/** What stands before the name, so that no document's channel is anything else's. */
export function channelOf(document: string): string {
  return `r${document}`;
}

/** Of no document. */
export const TALLIES_CHANNEL = 't';

class LiveRooms implements Rooms, RoomHost {
  readonly incarnation: string;
  readonly clock: Clock;
  readonly toldParts: ToldParts;
  readonly heardParts: HeardParts;
  readonly tallies: Tallies;
  readonly #bus: RoomsBus;
  readonly #meters: RoomMeters | null;
  readonly #complaints: RareComplaints;
  readonly #rooms = new Map<Room, Hearing>();
  /** How many tallies of each were heard since it was lost. */
  readonly #lost = new Map<string, number>();
  /** The last goodbye of each document that was closed while the bus was away. */
  readonly #unsaid = new Map<string, Uint8Array>();
  /** How many times `PULSE_AFTER_MS` have passed since each spoke. */
  readonly #pulses = new Map<Room, number>();
  readonly #stopWatchingBus: () => void;
  #cancelPulse: (() => void) | null = null;
  #isHeard: boolean;
  /** Null while the bus is there, and once the others have been given up. */
  #cancelAlone: (() => void) | null = null;
  readonly #cancelSteps = new Set<() => void>();
  readonly #closing = new AbortController();
  /** Since some room was opened, unless it was refused. */
  #hearsTallies = false;
  #lives = 0;

  constructor(options: RoomsOptions) {
    const { bus, incarnation, clock, log, meters = null } = options;
    const { mostStatelessCharacters: mostCharacters = MOST_STATELESS_BY_DEFAULT } = options;
    this.#bus = bus;
    this.incarnation = incarnation;
    this.clock = clock;
    this.#meters = meters;
    this.#complaints = new RareComplaints(log, clock);
    const complain = (problem: string): void => this.#complaints.complain(problem);
    this.toldParts = new ToldParts({ mostCharacters, complain, meters });
    this.heardParts = new HeardParts({ mostCharacters, clock, complain });
    this.#isHeard = this.isConnected;
    this.tallies = new Tallies({
      incarnation,
      clock,
      tell: (message) => void this.#tellOn(TALLIES_CHANNEL, message),
      isHeard: () => this.isConnected,
      isLost: (node) => this.isLost(node),
      heardLost: (node) => this.#heardLost(node),
      ask: (node, isMeant) => this.#inSteps([...this.#rooms.keys()], (room) => room.check(node, isMeant)),
      count: (outcome) => this.#meters?.tally(outcome),
    });
    this.#stopWatchingBus = bus.onStatus((status) => this.#watchBus(status));
  }

  get isConnected(): boolean {
    return carriesWords(this.#bus.status);
  }

  join(document: string, shared: SharedRoom): RoomLink {
    this.#lives += 1;
    const room = new Room(document, this.#lives, shared, this);
    void this.#listen(room);
    return room;
  }

  lose(incarnation: string): void {
    this.tallies.forget(incarnation);
    this.#lost.delete(incarnation);
    this.#lost.set(incarnation, 0);
    if (this.#lost.size > MOST_LOST) {
      const [oldest] = this.#lost.keys();
      if (oldest !== undefined) this.#lost.delete(oldest);
    }
    for (const room of this.#rooms.keys()) room.lose(incarnation);
  }

  close(): void {
    this.#closing.abort();
    this.#stopWatchingBus();
    this.tallies.close();
    this.#cancelPulse?.();
    this.#cancelAlone?.();
    this.#endSteps();
    for (const room of [...this.#rooms.keys()]) room.leave();
    this.heardParts.close();
    this.#unsaid.clear();
  }

  tell(document: string, message: Uint8Array): Promise<number> {
    return this.#tellOn(channelOf(document), message);
  }

  async #tellOn(channel: string, message: Uint8Array): Promise<number> {
    try {
      this.#meters?.add('sent', message.length);
      return await this.#bus.tell(channel, message);
    } catch (error) {
      this.#complaints.complain('what was said to other nodes was not taken', error);
      return 0;
    }
  }

  isLost(node: string): boolean {
    return this.#lost.has(node);
  }

  seek(incarnation: string): void {
    this.#inSteps([...this.#rooms.keys()], (room) => room.seek(incarnation));
  }

  /** What was said to find it may have got lost; and it does not seek this node, which it may have lost too. */
  #heardLost(node: string): void {
    const times = (this.#lost.get(node) ?? 0) + 1;
    this.#lost.set(node, times);
    if (times % TALLIES_OF_LOST === 0) this.seek(node);
  }

  found(node: string): void {
    if (this.#lost.delete(node)) this.seek(node);
  }

  spoke(room: Room): void {
    this.#pulses.set(room, 0);
    this.#pulseLater();
  }

  #pulseLater(): void {
    this.#cancelPulse ??= this.clock.after(PULSE_AFTER_MS, () => {
      this.#cancelPulse = null;
      const due: Room[] = [];
      for (const [room, before] of this.#pulses) {
        const times = before + 1;
        this.#pulses.set(room, times);
        if (times <= PULSES || times % PULSE_EVERY === 0) due.push(room);
      }
      this.#inSteps(due, (room) => {
        const times = this.#pulses.get(room) ?? 0;
        // It has spoken, or was left, since the first of them did.
        if (times > 0 && !room.pulse(times >= PULSES)) this.#pulses.delete(room);
      });
      if (this.#pulses.size > 0) this.#pulseLater();
    });
  }

  left(room: Room, goodbye: Uint8Array | null): void {
    this.#pulses.delete(room);
    this.heardParts.leave(room.document);
    const hearing = this.#rooms.get(room);
    this.#rooms.delete(room);
    // While the bus is away, whoever begins waits for it: nothing of them may be left behind with it (G4).
    if (hearing !== undefined && hearing.kind !== 'deaf') hearing.stop();
    if (goodbye !== null) void this.#sayGoodbye(room.document, goodbye);
  }

  misread(error: FrameError): void {
    this.#meters?.strange('presence');
    this.#complaints.complain('who is there by another node can not be read', error);
  }

  async #listen(room: Room): Promise<void> {
    const leaving = new AbortController();
    this.#rooms.set(room, { kind: 'begins', stop: () => leaving.abort() });
    try {
      const hear = (bytes: Uint8Array): void => this.#take(bytes, () => this.#hear(room, bytes));
      const stop = await this.#bus.listen(channelOf(room.document), hear, leaving.signal);
      if (!this.#rooms.has(room)) {
        stop(); // it was closed before it could listen
        return;
      }
      this.#rooms.set(room, { kind: 'hears', stop });
      void this.#hearTallies();
      room.opened();
    } catch (error) {
      if (this.#rooms.has(room)) this.#rooms.set(room, { kind: 'deaf' });
      this.#complaints.complain('other nodes are not listened to', error);
    }
  }

  async #hearTallies(): Promise<void> {
    if (this.#hearsTallies) return;
    this.#hearsTallies = true;
    try {
      const hear = (bytes: Uint8Array): void => this.#take(bytes, () => this.tallies.hear(bytes));
      const { signal } = this.#closing;
      const stop = await this.#bus.listen(TALLIES_CHANNEL, hear, signal);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    } catch (error) {
      this.#hearsTallies = false; // until the next room is opened
      this.#complaints.complain('what other nodes say of all documents is not listened to', error);
    }
  }

  #take(bytes: Uint8Array, hear: () => void): void {
    this.#meters?.add('received', bytes.length);
    try {
      hear();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#meters?.strange('damaged');
      this.#complaints.complain('what another node said is not understood', error);
    }
  }

  #hear(room: Room, bytes: Uint8Array): void {
    const message = decodeRoomMessage(bytes);
    if (message.said.kind === 'unknown') this.#meters?.strange('unknown-kind');
    room.hear(message);
  }

  #watchBus(status: BusStatus): void {
    const wasHeard = this.#isHeard;
    this.#isHeard = carriesWords(status);
    // That it is away for another reason by now changes nothing, nor that it is only full while rooms are being renewed.
    if (wasHeard === this.#isHeard && status.state !== 'connected') return;
    this.#endSteps();
    this.tallies.trustAll();
    this.#cancelAlone?.();
    this.#cancelAlone = null;
    if (!this.#isHeard) for (const room of this.#rooms.keys()) room.fallSilent();
    if (this.#isHeard) this.#renew();
    if (status.state === 'away' && !this.#isHeard) this.#giveUpLater();
  }

  /** Those who are still there tell so when the bus is back, to whoever asks then. */
  #giveUpLater(): void {
    this.#cancelAlone = this.clock.after(ALONE_AFTER_MS, () => {
      this.#cancelAlone = null;
      this.#inSteps([...this.#rooms.keys()], (room) => room.loseAll());
    });
  }

  /** What was told while the bus was away got lost, and what was told to us. */
  #renew(): void {
    const goodbyes = [...this.#unsaid];
    this.#unsaid.clear();
    for (const [document, goodbye] of goodbyes) void this.#sayGoodbye(document, goodbye);
    this.#inSteps([...this.#rooms.keys()], (room) => {
      if (this.#rooms.get(room)?.kind === 'deaf') void this.#listen(room);
      else room.renew();
    });
  }

  /** The first at once. */
  #inSteps(rooms: readonly Room[], task: (room: Room) => void): void {
    const perStep = Math.max(LEAST_IN_A_STEP, Math.ceil(rooms.length / STEPS));
    for (const room of rooms.slice(0, perStep)) task(room);
    const left = rooms.slice(perStep);
    if (left.length === 0) return;
    this.#stepLater(left, perStep, task);
  }

  #stepLater(rooms: readonly Room[], perStep: number, task: (room: Room) => void): void {
    const cancel = this.clock.after(STEP_MS, () => {
      this.#cancelSteps.delete(cancel);
      for (const room of rooms.slice(0, perStep)) task(room);
      if (rooms.length > perStep) this.#stepLater(rooms.slice(perStep), perStep, task);
    });
    this.#cancelSteps.add(cancel);
  }

  #endSteps(): void {
    for (const cancel of this.#cancelSteps) cancel();
    this.#cancelSteps.clear();
  }

  /** One that nobody heard was lost with the connection, or there is nobody who could: once more tells which. */
  async #sayGoodbye(document: string, goodbye: Uint8Array, isRepeated = false): Promise<void> {
    const heardBy = await this.tell(document, goodbye);
    if (heardBy > 0 || this.#closing.signal.aborted) return;
    if (this.isConnected) {
      if (!isRepeated) void this.#sayGoodbye(document, goodbye, true);
      return;
    }
    this.#unsaid.delete(document);
    this.#unsaid.set(document, goodbye);
    if (this.#unsaid.size <= MOST_UNSAID_GOODBYES) return;
    const [oldest] = this.#unsaid.keys();
    if (oldest !== undefined) this.#unsaid.delete(oldest);
  }
}
