import type { EventKey, LoggedEvent } from '../events/event-log.ts';
import type { Presence } from './presence.ts';
import { decodeTold } from './presence-told.ts';
import type { RoomLink, SharedRoom } from './replication.ts';

export interface SharedRoomOptions {
  /** See {@link SharedRoom.epoch}. */
  readonly epoch: string;
  readonly presence: Presence;
  readonly maxStateBytes: number;
  /** There may be presence to send. */
  changed(): void;
  /** To everybody who has the document open here, and to no other node. */
  relay(payload: string): void;
  readonly events: SharedEvents;
}

/** The events of the document, as other nodes know them. */
export interface SharedEvents {
  hear(event: LoggedEvent, isCounted: boolean): void;
  pass(id: string, mayBeOurs: boolean): void;
  reach(head: string, isCounted: boolean): void;
  learnKeys(keys: readonly EventKey[]): void;
  hearSince(at: number): void;
  readonly keys: readonly EventKey[];
  readonly head: string;
  readonly recent: readonly LoggedEvent[];
}

/** What other nodes hear of a document that is open here, and what it hears of them. */
export function createSharedRoom(options: SharedRoomOptions): SharedRoom {
  const { epoch, presence, maxStateBytes, changed, relay, events } = options;
  return {
    epoch,
    describe: () => presence.takeAllForOthers(),
    hear(node, message, isWhole) {
      presence.hearElsewhere(node, decodeTold(message, maxStateBytes), isWhole);
      changed();
    },
    lose(node) {
      presence.loseNode(node);
      changed();
    },
    relay,
    hearEvent: (event, isCounted) => events.hear(event, isCounted),
    passEvent: (id, mayBeOurs) => events.pass(id, mayBeOurs),
    eventsReach: (head, isCounted) => events.reach(head, isCounted),
    learnEventKeys: (keys) => events.learnKeys(keys),
    hearEventsSince: (at) => events.hearSince(at),
    get eventKeys() {
      return events.keys;
    },
    get eventsHead() {
      return events.head;
    },
    get recentEvents() {
      return events.recent;
    },
  };
}

/** At the end of every flush: what it told everybody here of those who are here by this node. */
export function tellOthers(presence: Presence, link: RoomLink): void {
  if (!link.isShared) {
    presence.stopTellingOthers();
    return;
  }
  const changes = presence.takeChangesForOthers();
  if (changes !== null) link.tell(changes);
}
