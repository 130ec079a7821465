import type { Clock } from '../clock.ts';
import type { TakenEvents, UnheardHead } from '../events/closed-heads.ts';
import type { EventRooms } from '../events/event-rooms.ts';
import { nameLife } from './former-lives.ts';
import type { OpenDocuments } from './open-documents.ts';

/** What other nodes may have taken while this one, or they, could not be heard, in the documents that are open here; and the reverse. */
export class UnheardEvents {
  readonly #open: OpenDocuments;
  readonly #rooms: EventRooms;
  readonly #clock: Clock;
  #missedUntil: number | null = null;

  constructor(open: OpenDocuments, rooms: EventRooms, clock: Clock) {
    this.#open = open;
    this.#rooms = rooms;
    this.#clock = clock;
  }

  get missedUntil(): number | null {
    return this.#missedUntil;
  }

  get areOfConcern(): boolean {
    return this.#open.size > 0;
  }

  missUntil(at: number | null): void {
    this.#missedUntil = at;
  }

  takenWithin(ms: number, marginMs: number): TakenEvents {
    return this.#rooms.takenWithin(ms, marginMs);
  }

  reach({ head, life, takenAt }: UnheardHead): void {
    const owner = this.#open.get(life.slice(life.indexOf('/') + 1));
    // What was said in another life nobody here may hear (R14), nor miss.
    if (owner?.isOpen === true && nameLife(owner.name, owner.epoch) === life) owner.events.reachUnheard(head, takenAt);
  }

  *loseCount(): Generator<void> {
    const now = this.#clock.monotonicMs();
    for (const { events, isOpen } of this.#open) {
      if (isOpen) events.loseCount(now);
      yield;
    }
  }
}
