import { encodeYWebsocketFrame } from '@quire/protocol';
import { Audience } from './audience.ts';
import { collectOwnMessages, sendToAll } from './broadcast.ts';
import { type DocumentConnection, mayEdit, userOf } from './document-connection.ts';
import { DocumentEvents } from './document-events.ts';
import { nameLaterLife } from './former-lives.ts';
import type { OwnerOptions } from './owner-options.ts';
import { Presence } from './presence.ts';
import type { DueReceipts } from './receipt-ledger.ts';
import type { RoomLink } from './replication.ts';
import { createSharedRoom, tellOthers } from './shared-presence.ts';
import { sayToAll } from './shared-stateless.ts';
import { Stragglers } from './stragglers.ts';
import type { Submission } from './submission.ts';
import { encodeViewers } from './viewer-count.ts';

/** While a flush is at the disk for longer than this, presence and receipts stop waiting to share its write. */
const PATIENCE_MS = 50;

/** Those who have a document open, and what they and other nodes are told. */
export class DocumentVoice {
  readonly presence: Presence;
  readonly stragglers: Stragglers;
  readonly events: DocumentEvents;
  readonly #audience = new Audience();
  readonly #options: OwnerOptions;
  #room: RoomLink | null = null;
  #cancelPatience: (() => void) | null = null;
  #cancelCount: (() => void) | null = null;

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.presence = new Presence({
      count: options.meters?.people ?? null,
      maxListed: options.maxListedPeople,
      mayEdit,
      userOf,
      now: () => options.clock.monotonicMs(),
      timeOfDay: () => options.replication.commonTime() ?? options.clock.now(),
    });
    const { clock, meters } = options;
    this.stragglers = new Stragglers(
      this.presence,
      options.maxRingBytes,
      options.ringBudget,
      meters === null ? null : (receipts) => meters.receipted([receipts], clock.monotonicMs()),
    );
    const openedAt = options.clock.monotonicMs();
    this.events = new DocumentEvents({
      openedAt,
      open: () => options.events.open(openedAt),
      find: () => options.events.find(),
      close: () => options.events.close(),
      missedUntil: () => options.events.missedUntil(),
      say: (payload) => sayToAll(this.#audience.groups(), payload, hearsEvents),
      link: () => this.#room,
    });
  }

  /** From now on other nodes hear it, and are heard. @param onHeard told when there may be something to say of that */
  join(onHeard: () => void): void {
    const room = createSharedRoom({
      epoch: nameLaterLife(this.#options.epoch),
      presence: this.presence,
      maxStateBytes: this.#options.maxPresenceStateBytes,
      changed: onHeard,
      relay: (payload) => sayToAll(this.#audience.groups(), payload),
      events: this.events,
    });
    this.#room = this.#options.join(room);
  }

  /** A stateless message that all who are here have heard: for those who have it open on other nodes. */
  relay(payload: string): void {
    this.#room?.relay(payload);
  }

  /** How many connections hear it. */
  get size(): number {
    return this.#audience.size;
  }

  connections(): Iterable<DocumentConnection> {
    return this.#audience.connections();
  }

  enter(connection: DocumentConnection): void {
    this.#audience.add(connection);
    this.presence.enter(connection);
    if (this.presence.size > 0) this.stragglers.tellEverybody(connection);
  }

  /** @returns whether it was there */
  leave(connection: DocumentConnection): boolean {
    if (!this.#audience.delete(connection)) return false;
    this.stragglers.forget(connection);
    this.presence.forget(connection);
    return true;
  }

  /**
   * Says what the document has gained, and who is there where that has changed.
   *
   * @param updates in the order in which the document has them
   * @param receipted those whose receipts leave with it
   */
  say(updates: readonly Uint8Array[], receipted: readonly Submission[]): void {
    const { message = null, saidBy = null, viewers = null } = this.presence.takeChanges() ?? {};
    let presence: Uint8Array | null = null;
    if (message !== null) {
      this.#options.onPresence(message);
      presence = encodeYWebsocketFrame({ kind: 'presence', presence: message });
    }
    const { clock, meters } = this.#options;
    const answered: DueReceipts[] | null = meters === null ? null : [];
    const own = collectOwnMessages(receipted, this.stragglers, answered);
    sendToAll(this.#audience, this.stragglers, {
      updates: updates.map((update) => encodeYWebsocketFrame({ kind: 'update', update })),
      presence,
      viewers: viewers === null ? null : encodeViewers(viewers),
      own,
      knowsAll: updates.length === 0 ? saidBy : null,
    });
    if (this.#room !== null) tellOthers(this.presence, this.#room);
    if (answered !== null && answered.length > 0) meters?.receipted(answered, clock.monotonicMs());
    for (const submission of receipted) submission.settled?.resolve();
  }

  /** Has something said that waits for a flush, once that takes too long. @param speak says it, unless the flush has by then */
  hurry(speak: () => void): void {
    if (this.#cancelPatience !== null) return;
    this.#cancelPatience = this.#options.clock.after(PATIENCE_MS, () => {
      this.#cancelPatience = null;
      speak();
    });
  }

  /** A count that may not be told yet is told later, if nothing else comes before. @param onDue told when it may */
  watchCount(onDue: () => void): void {
    const { dueInMs } = this.presence;
    if (dueInMs === null || dueInMs === 0 || this.#cancelCount !== null) return;
    this.#cancelCount = this.#options.clock.after(dueInMs, () => {
      this.#cancelCount = null;
      onDue();
    });
  }

  close(): void {
    this.#cancelPatience?.();
    this.#cancelCount?.();
    this.#room?.leave();
    this.#room = null;
    this.events.close();
    this.stragglers.close();
  }
}

function hearsEvents(connection: DocumentConnection): boolean {
  return connection.hearsEvents;
}
