import {
  type EventPoint,
  type EventRefusal,
  type EventSender,
  eventRefusals,
  writeEvent,
  writeListening,
} from '@quire/protocol';
import type { Clock } from '../clock.ts';
import type { EventKey, EventLog, Hearing, LoggedEvent } from './event-log.ts';
import type { EventPace } from './event-pace.ts';

/** An event as somebody wants it sent. */
export interface EventDraft {
  readonly name: string;
  /** As JSON. */
  readonly data: string;
  readonly from: EventSender;
  /** Empty when nobody would send it again. */
  readonly key: string;
  /** It was said before, so long ago, and got no answer. Left out: it is said for the first time, or whoever says it counts on the key. */
  readonly saidAgoMs?: number | undefined;
}

export type Outcome =
  | { readonly kind: 'taken'; readonly event: LoggedEvent }
  /** It was taken before, and everybody has been told. */
  | { readonly kind: 'known'; readonly event: Pick<LoggedEvent, 'id' | 'time'> }
  | { readonly kind: 'refused'; readonly refusal: EventRefusal };

export interface EventRoomOptions {
  readonly log: EventLog;
  readonly pace: EventPace;
  readonly maxDataBytes: number;
  readonly clock: Clock;
}

/** What is said in one document on this node. Who hears it is for others to know. */
export class EventRoom {
  readonly log: EventLog;
  readonly #options: EventRoomOptions;

  constructor(options: EventRoomOptions) {
    this.log = options.log;
    this.#options = options;
  }

  /** Takes an event, which is then to be told to everybody. */
  take({ data, from, key, name, saidAgoMs }: EventDraft): Outcome {
    const { clock, maxDataBytes, pace } = this.#options;
    const known = this.log.findKey(key);
    if (known !== null) return { kind: 'known', event: known };
    const now = clock.monotonicMs();
    // Others may have heard it, and would hear it twice.
    if (saidAgoMs !== undefined && !this.log.wouldKnow(now - saidAgoMs)) {
      return { kind: 'refused', refusal: eventRefusals['maybe-taken'] };
    }
    if (Buffer.byteLength(data) > maxDataBytes) return { kind: 'refused', refusal: eventRefusals['event-too-large'] };
    if (!pace.take(now)) return { kind: 'refused', refusal: eventRefusals['too-many-events'] };
    const time = clock.now();
    const event = this.log.add(key, time, now, (id) => writeEvent({ id, name, data, from, time }));
    return { kind: 'taken', event };
  }

  /** Another node has taken it; see {@link EventLog.hear}. */
  hear(event: LoggedEvent, isCounted: boolean): Hearing {
    return this.log.hear(event, this.#options.clock.monotonicMs(), isCounted);
  }

  recent(): readonly LoggedEvent[] {
    return this.log.recent(this.#options.clock.monotonicMs());
  }

  ownKeys(): readonly EventKey[] {
    return this.log.ownKeys(this.#options.clock.monotonicMs());
  }

  learnKeys(keys: readonly EventKey[]): void {
    this.log.learnKeys(keys, this.#options.clock.monotonicMs());
  }

  /** The answer to somebody who wants to hear, with what they missed. */
  listen(after: EventPoint | null): string {
    const { events, gap } =
      after === null ? { events: [], gap: null } : this.log.miss(after, this.#options.clock.monotonicMs());
    return writeListening({ log: this.log.name, heads: this.log.heads, gap, events });
  }
}
