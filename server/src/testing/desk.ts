import { decodePresence } from '@quire/protocol';
import type { Presence, PresenceOptions } from '../collab/presence.ts';
import { decodeTold, type Told } from '../collab/presence-told.ts';
import type { RoomLink, SharedRoom } from '../collab/replication.ts';
import { createSharedRoom, tellOthers } from '../collab/shared-presence.ts';
import type { AwarePerson } from './aware-person.ts';
import { createPresence } from './create-presence.ts';

const NO_EVENTS = { hear() {}, pass() {}, reach() {}, learnKeys() {}, hearSince() {}, keys: [], head: '', recent: [] };
const MAX_STATE_BYTES = 1_000;

/** A document that is open on a node, with those who are in it there: its presence, and no content. */
export class Desk {
  readonly presence: Presence;
  readonly people = new Set<AwarePerson>();
  readonly #link: RoomLink;

  constructor(join: (room: SharedRoom) => RoomLink, options: Partial<PresenceOptions>) {
    this.presence = createPresence(options);
    this.#link = join(
      createSharedRoom({
        epoch: '',
        presence: this.presence,
        maxStateBytes: MAX_STATE_BYTES,
        changed() {}, // whoever flushes looks for it
        relay() {},
        events: NO_EVENTS,
      }),
    );
  }

  enter(person: AwarePerson): void {
    this.people.add(person);
    person.connect(this.presence);
  }

  /** @returns the socket, of which nobody here knows yet that it is dead */
  lose(person: AwarePerson): object | null {
    this.people.delete(person);
    return person.disconnect();
  }

  /** As a flush does it that has nothing else to say. */
  flush(): void {
    const { message = null, saidBy = null } = this.presence.takeChanges() ?? {};
    if (message !== null) {
      for (const { inbox, socket } of this.people) if (socket !== saidBy) inbox.push(message);
    }
    tellOthers(this.presence, this.#link);
  }

  close(): void {
    this.#link.leave();
  }

  /** What it says to others of those who are here by it. */
  get told(): Told {
    return decodeTold(this.presence.takeAllForOthers() ?? Uint8Array.of(0, 0), MAX_STATE_BYTES);
  }

  get shown(): Record<number, string> {
    const listed = decodePresence(this.presence.answerQuery(), { maxEntries: 1_000, maxStateBytes: MAX_STATE_BYTES });
    return Object.fromEntries(listed.map(({ clientId, state }) => [clientId, state]));
  }
}
