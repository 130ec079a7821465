import { type DocumentName, EVENT_NAME_WORDS, type EventSender, eventRefusals, isEventName } from '@quire/protocol';
import { encodeEventData } from './event-data.ts';
import type { LoggedEvent } from './event-log.ts';
import { EventRefused } from './event-refused.ts';
import type { EventDraft } from './event-room.ts';

/** What a backend, or the program that the server runs in, has to say. */
export interface ServerEvent {
  readonly name: string;
  /** Anything that JSON has a word for; left out: null. */
  readonly data?: unknown;
  /** As whom it is heard. Left out: nobody is known. */
  readonly from?: Pick<EventSender, 'id' | 'name'>;
  /** Sent again with the same key, by the same sender, it is the same event, for as long as events are remembered. */
  readonly key?: string | undefined;
}

/** An event that is on its way to everybody. */
export interface SentEvent {
  readonly id: string;
  /** When it was taken, in milliseconds since 1970. */
  readonly time: number;
}

/** Events of the server's own, to everybody who has a document open and listens. */
export interface Events {
  /**
   * The document need not be open, nor even stored: who is not there does not hear it.
   *
   * @throws {EventRefused} when it is no event, too large, or more come than may
   */
  send(document: DocumentName, event: ServerEvent): Promise<SentEvent>;
}

const NOBODY = { id: '', name: '' };

export function createEvents(documents: {
  sendEvent(name: DocumentName, draft: EventDraft): Promise<Pick<LoggedEvent, 'id' | 'time'>>;
}): Events {
  return {
    async send(document, { name, data, from = NOBODY, key }) {
      if (!isEventName(name)) throw new EventRefused({ ...eventRefusals['bad-event'], detail: EVENT_NAME_WORDS });
      const encoded = encodeEventData(data);
      if (encoded === null) throw new EventRefused(eventRefusals['event-too-large']);
      const { id, time } = await documents.sendEvent(document, {
        name,
        data: encoded,
        from: { id: from.id, name: from.name, clientId: null },
        key: key === undefined ? '' : JSON.stringify(['server', from.id, key]),
      });
      return { id, time };
    },
  };
}
