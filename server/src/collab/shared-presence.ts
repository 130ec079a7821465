import type { Presence } from './presence.ts';
import { decodeTold } from './presence-told.ts';
import type { RoomLink, SharedRoom } from './replication.ts';

export interface SharedRoomOptions {
  readonly presence: Presence;
  readonly maxStateBytes: number;
  /** There may be presence to send. */
  changed(): void;
  /** To everybody who has the document open here, and to no other node. */
  relay(payload: string): void;
}

/** What other nodes hear of a document that is open here, and what it hears of them. */
export function createSharedRoom({ presence, maxStateBytes, changed, relay }: SharedRoomOptions): SharedRoom {
  return {
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
