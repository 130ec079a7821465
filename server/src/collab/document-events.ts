import { type EventPoint, writeEventAnswer } from '@quire/protocol';
import type { EventKey, LoggedEvent } from '../events/event-log.ts';
import type { EventDraft, EventRoom, Outcome } from '../events/event-room.ts';
import type { RoomLink } from './replication.ts';

export interface DocumentEventsOptions {
  /** When the document was opened, monotonic. */
  readonly openedAt: number;
  /** What is said in the document; asked for once somebody says or hears something. */
  open(): EventRoom;
  /** What is remembered of what was said in it before it was opened; null where nothing is. */
  find(): EventRoom | null;
  close(): void;
  /** To everybody here who listens. */
  say(payload: string): void;
  /**
   * Until when, monotonic, this node may not have heard what others took: of a node that it hears of for the first time all until
   * then counts as missed. Null while that is known.
   */
  missedUntil(): number | null;
  /** Null while nobody else can be told. */
  link(): Pick<RoomLink, 'tellEvent'> | null;
}

/** Events of an open document: taken here or heard of other nodes, and told. A document without any pays nothing for them. */
export class DocumentEvents {
  readonly #options: DocumentEventsOptions;
  #room: EventRoom | null = null;
  /** As {@link hearSince} was told; null while it was not: since the document was opened. */
  #heardSince: number | null = null;

  constructor(options: DocumentEventsOptions) {
    this.#options = options;
  }

  /** The last that was taken here; empty while none was. */
  get head(): string {
    return (this.#room ?? this.#options.find())?.log.head ?? '';
  }

  /** What was taken here within the last moment. */
  get recent(): readonly LoggedEvent[] {
    return this.#room?.recent() ?? [];
  }

  /** By what those know them again who sent what was taken here. */
  get keys(): readonly EventKey[] {
    return (this.#room ?? this.#options.find())?.ownKeys() ?? [];
  }

  /** Another node has taken these. */
  learnKeys(keys: readonly EventKey[]): void {
    this.#open().learnKeys(keys);
  }

  /** What other nodes take is heard from this moment on, monotonic; for ever: it is not. */
  hearSince(at: number): void {
    this.#heardSince = at;
    this.#room?.log.cover(at);
  }

  /** @param onTaken told before anybody hears of it */
  send(draft: EventDraft, onTaken?: (event: Pick<LoggedEvent, 'id' | 'time'>) => void): Outcome {
    const outcome = this.#open().take(draft);
    if (outcome.kind !== 'refused') onTaken?.(outcome.event);
    if (outcome.kind === 'taken') {
      this.#options.say(outcome.event.payload);
      this.#options.link()?.tellEvent(outcome.event);
    }
    return outcome;
  }

  listen(after: EventPoint | null): string {
    return this.#open().listen(after);
  }

  /** Another node has taken it. */
  hear(event: LoggedEvent, isCounted: boolean): void {
    const hearing = this.#open().hear(event, isCounted || this.#mayHaveMissed);
    if (hearing === 'known') return;
    if (hearing !== 'new') this.#sayLost();
    if (hearing !== 'known-after-a-gap') this.#options.say(event.payload);
  }

  /** Another node has taken it in another life, or in one that it does not name. */
  pass(id: string, mayBeOurs: boolean): void {
    const { log } = this.#open();
    if (!mayBeOurs) log.pass(id);
    else if (log.reach(id, true)) this.#sayLost();
  }

  /** Another node took so many, the last of them then, in a document that it did not have open. */
  reachUnheard(head: string, takenAt: number): void {
    if (takenAt >= this.#options.openedAt) this.reach(head, true);
  }

  /** What another node took until now nobody can tell any more. */
  loseCount(now: number): void {
    this.hearSince(now);
    if (this.#room !== null) this.#options.say(writeEventAnswer({ kind: 'gap', gap: 'unknown' }));
  }

  /** Another node has taken so many. */
  reach(head: string, isCounted: boolean): void {
    if (this.#open().log.reach(head, isCounted)) this.#sayLost();
  }

  close(): void {
    if (this.#room !== null) this.#options.close();
    this.#room = null;
  }

  get #mayHaveMissed(): boolean {
    const until = this.#options.missedUntil();
    return until !== null && this.#options.openedAt < until;
  }

  #sayLost(): void {
    this.#options.say(writeEventAnswer({ kind: 'gap', gap: 'lost' }));
  }

  #open(): EventRoom {
    if (this.#room !== null) return this.#room;
    this.#room = this.#options.open();
    if (this.#heardSince !== null) this.#room.log.cover(this.#heardSince);
    return this.#room;
  }
}
