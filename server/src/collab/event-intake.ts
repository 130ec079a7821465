import { createHash } from 'node:crypto';
import {
  type EventRefusal,
  type EventRequest,
  type EventSender,
  eventRefusals,
  includesRole,
  peekEventRef,
  readEventRequest,
  writeEventAnswer,
} from '@quire/protocol';
import { encodeEventData, mayHoldEvent } from '../events/event-data.ts';
import { EventPace } from '../events/event-pace.ts';
import { type DocumentConnection, GUEST_PREFIX } from './document-connection.ts';
import type { Established, FrameHost } from './session-context.ts';

type SendRequest = Extract<EventRequest, { kind: 'send' }>;

/**
 * Takes what a client says of events. What is refused ends nothing: events build on nothing, unlike edits (R4), and a page
 * that says too much goes on to have its document.
 */
export function takeEventMessage(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  payload: string,
): void {
  const { limits } = host.context;
  if (!mayHoldEvent(payload, limits.maxEventBytes)) {
    refuse(host, connection, peekEventRef(payload), eventRefusals['event-too-large']);
    return;
  }
  const request = readEventRequest(payload);
  if (request.kind === 'bad') {
    refuse(host, connection, request.ref, { ...eventRefusals['bad-event'], detail: request.detail });
    return;
  }
  connection.eventPace ??= new EventPace(limits.maxEventsPerSecond);
  const isTooFast = !connection.eventPace.take(host.context.clock.monotonicMs());
  switch (request.kind) {
    case 'listen':
      // A few bytes ask for all that is remembered (R15).
      if (isTooFast) refuse(host, connection, null, eventRefusals['too-many-events']);
      else listen(connection, state, request);
      return;
    case 'send':
      if (isTooFast) refuse(host, connection, request.ref, eventRefusals['too-many-events']);
      else send(host, connection, state, request);
      return;
    default:
      request satisfies never;
  }
}

function listen(
  connection: DocumentConnection,
  { owner }: Established,
  { after }: Extract<EventRequest, { kind: 'listen' }>,
): void {
  connection.hearsEvents = true;
  connection.say({ kind: 'stateless', payload: owner.events.listen(after) });
}

function send(host: FrameHost, connection: DocumentConnection, state: Established, request: SendRequest): void {
  const { grant, owner } = state;
  const { ref, name } = request;
  if (!includesRole(grant.role, 'commenter')) {
    refuse(host, connection, ref, eventRefusals.forbidden);
    return;
  }
  const data = encodeEventData(request.data);
  if (data === null) {
    refuse(host, connection, ref, eventRefusals['event-too-large']);
    return;
  }
  const draft = {
    name,
    data,
    from: describeSender(connection, state, request),
    saidAgoMs: request.saidMs,
    // Nobody can tell one guest from another: only the same words under the same name are the same event.
    key: JSON.stringify(['client', grant.user.id, ref, grant.user.id === '' ? digestOf(name, data) : '']),
  };
  connection.session.together(() => {
    const outcome = owner.events.send(draft, ({ id, time }) => {
      connection.say({ kind: 'stateless', payload: writeEventAnswer({ kind: 'taken', ref, id, time }) });
    });
    if (outcome.kind === 'refused') refuse(host, connection, ref, outcome.refusal);
    else if (outcome.kind === 'taken') host.context.meters?.events.add('client');
  });
}

function digestOf(name: string, data: string): string {
  return createHash('sha256').update(name).update('\0').update(data).digest('base64url').slice(0, 22);
}

/** Who they are by their token, and as which client they are shown, if that is they (G6). Guests name themselves. */
function describeSender(
  connection: DocumentConnection,
  { grant: { user }, owner }: Established,
  { clientId }: SendRequest,
): EventSender {
  const isShown = clientId !== null && owner.presence.speaksFor(connection, clientId);
  const called = connection.author.startsWith(GUEST_PREFIX) ? connection.author.slice(GUEST_PREFIX.length) : '';
  return { id: user.id, name: user.id === '' ? called : (user.name ?? user.id), clientId: isShown ? clientId : null };
}

function refuse(host: FrameHost, connection: DocumentConnection, ref: string | null, refusal: EventRefusal): void {
  const { code, detail } = refusal;
  host.context.meters?.eventsRefused.add(code);
  connection.say({ kind: 'stateless', payload: writeEventAnswer({ kind: 'refused', ref, code, detail }) });
}
