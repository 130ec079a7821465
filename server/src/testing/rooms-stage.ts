import { FrameError } from '@quire/protocol';
import { pino } from 'pino';
import { BusError } from '../cluster/cluster-bus.ts';
import { MOST_TRIES, PATIENCE_MS } from '../cluster/rooms/inquiry.ts';
import { ANSWER_AFTER_MS } from '../cluster/rooms/room.ts';
import { decodeRoomMessage } from '../cluster/rooms/room-message.ts';
import {
  createRooms,
  type RoomMeters,
  type Rooms,
  type StrangeMessage,
  TALLIES_CHANNEL,
} from '../cluster/rooms/rooms.ts';
import type { TallyOutcome } from '../cluster/rooms/tallies.ts';
import type { SharedRoom } from '../collab/replication.ts';
import type { EventKey, LoggedEvent } from '../events/event-log.ts';
import { HandBus, Post } from './hand-bus.ts';
import { ManualClock } from './manual-clock.ts';
import { toBytes, toText } from './text-bytes.ts';

export const away = { state: 'away', error: new BusError('unreachable', 'gone'), since: 0 } as const;
export const full = { state: 'away', error: new BusError('full', 'no memory left'), since: 0 } as const;
export const connected = { state: 'connected' } as const;

/** Who is there, in bytes that no release reads. */
export const UNREADABLE = 'unreadable';
const STEP_MS = 500;

/** A document as rooms see it: what it says of its people, and what it heard. */
export class Sheet implements SharedRoom {
  epoch = '';
  people = '';
  eventsHead = '';
  eventKeys: readonly EventKey[] = [];
  recentEvents: readonly LoggedEvent[] = [];
  hearsEventsSince: number | null = null;
  readonly heard: string[] = [];

  describe(): Uint8Array | null {
    return this.people === '' ? null : toBytes(this.people);
  }

  hear(node: string, presence: Uint8Array, isWhole: boolean): void {
    if (toText(presence) === UNREADABLE) throw new FrameError('truncated', 'not to be read');
    this.heard.push(`${node.at(-1)} ${isWhole ? 'is' : 'changes'} ${toText(presence)}`);
  }

  lose(node: string): void {
    this.heard.push(`${node.at(-1)} leaves`);
  }

  relay(payload: string): void {
    this.heard.push(`says ${payload}`);
  }

  hearEvent({ id, payload }: LoggedEvent, isCounted: boolean): void {
    this.heard.push(`${isCounted ? 'counted ' : ''}event ${id}: ${payload}`);
  }

  learnEventKeys(keys: readonly EventKey[]): void {
    this.heard.push(`knows ${keys.map(({ key }) => key).join()}`);
  }

  hearEventsSince(at: number): void {
    this.hearsEventsSince = at;
  }

  passEvent(id: string, mayBeOurs: boolean): void {
    this.heard.push(`${mayBeOurs ? 'misses' : 'passes'} event ${id}`);
  }

  eventsReach(head: string, isCounted: boolean): void {
    this.heard.push(`${isCounted ? 'counted ' : ''}events until ${head}`);
  }

  take(): string[] {
    return this.heard.splice(0);
  }
}

export const eventOf = (id: string): LoggedEvent => ({ id, key: '', time: 1, payload: 'wave' });

interface Node {
  readonly incarnation: string;
  readonly bus: HandBus;
  readonly rooms: Rooms;
  readonly log: { msg: string; times?: number }[];
  readonly counted: {
    sent: number;
    received: number;
    strange: StrangeMessage[];
    tallies: TallyOutcome[];
    waiting: number;
    dropped: number;
  };
}

/** For a file of tests: `stage` opens one for a test, with a bus whose messages are delivered by hand, and `end` closes it. */
export function setRoomsStage() {
  const ends: (() => void)[] = [];
  return {
    stage: () => openStage(ends),
    end: () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

function openStage(ends: (() => void)[]) {
  const clock = new ManualClock();
  const post = new Post();
  let nodes = 0;
  const start = (): Node => {
    nodes += 1;
    const incarnation = `00000000000000${nodes.toString(16).padStart(2, '0')}`;
    const bus = new HandBus(post);
    const log: Node['log'] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
    const counted: Node['counted'] = { sent: 0, received: 0, strange: [], tallies: [], waiting: 0, dropped: 0 };
    const meters: RoomMeters = {
      add(direction, size) {
        counted[direction] += size;
      },
      strange(fault) {
        counted.strange.push(fault);
      },
      tally(outcome) {
        counted.tallies.push(outcome);
      },
      waiting(characters) {
        counted.waiting += characters;
      },
      dropped() {
        counted.dropped += 1;
      },
    };
    const rooms = createRooms({ bus, incarnation, clock, log: logger, meters });
    ends.push(() => rooms.close());
    return { incarnation, bus, rooms, log, counted };
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Everything that is on its way arrives, and what is said in answer to it. */
  const settle = async (): Promise<void> => {
    do {
      await turn();
      while (post.deliver());
      clock.advance(ANSWER_AFTER_MS);
      await turn();
    } while (post.letters.length > 0);
  };
  const join = async (node: Node, document = 'plan', people = '') => {
    const sheet = new Sheet();
    sheet.people = people;
    const link = node.rooms.join(document, sheet);
    await turn();
    return { sheet, link };
  };
  /** What is on its way in rooms, by kind and in order. */
  const underway = (): string[] => {
    const letters = post.letters.filter(({ to }) => to.channel !== TALLIES_CHANNEL);
    return letters.map(({ message }) => decodeRoomMessage(message).said.kind);
  };
  /** @returns how many messages were told meanwhile */
  const pass = async (ms: number, fate: 'arrive' | 'lost' = 'arrive'): Promise<number> => {
    let told = 0;
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await turn();
      told += post.letters.length;
      if (fate === 'lost') post.letters.length = 0;
      while (post.deliver());
    }
    if (fate === 'arrive') await settle();
    return told;
  };
  /** All patience that anybody has runs out. */
  const wait = async (): Promise<void> => {
    for (let tries = 0; tries <= MOST_TRIES; tries += 1) {
      clock.advance(PATIENCE_MS);
      await settle();
    }
  };
  return { clock, post, start, turn, settle, join, underway, pass, wait };
}
