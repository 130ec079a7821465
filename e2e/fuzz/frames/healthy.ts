import {
  type EventRequest,
  encodeHocuspocusFrame,
  encodePresence,
  hocuspocusTypes,
  writeEventRequest,
} from '@quire/protocol';
import type { Pen } from '../pen.ts';
import { binary, inFragments, masked, ping, pong } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';

const EMPTY_VECTOR = new Uint8Array([0]);
const EMPTY_UPDATE = new Uint8Array([0, 0]);
const healthy = { healthy: true } as const;
const inHocuspocus = { healthy: true, dialects: ['hocuspocus'] } as const;

export function writeToken({ document }: Pen, token = '', providerVersion: string | null = null): Buffer {
  return binary(encodeHocuspocusFrame(document, { kind: 'token', token, providerVersion }));
}

export function writeStepOne({ encode }: Pen, stateVector: Uint8Array = EMPTY_VECTOR): Buffer {
  return binary(encode({ kind: 'step-1', stateVector }));
}

export function writeStepTwo({ encode }: Pen, update: Uint8Array = EMPTY_UPDATE): Buffer {
  return binary(encode({ kind: 'step-2', update }));
}

export function writeUpdate({ encode, author }: Pen): Buffer {
  return binary(encode({ kind: 'update', update: author.type() }));
}

function writePresence({ encode, author, random }: Pen): Buffer {
  const state = JSON.stringify({ user: { name: 'Eve' }, cursor: { anchor: random.below(1000), head: 0 } });
  const entry = { clientId: author.client, clock: author.nextClock(), state };
  return binary(encode({ kind: 'presence', presence: encodePresence([entry]) }));
}

function sayToServer({ document }: Pen, frame: Parameters<typeof encodeHocuspocusFrame>[1]): Buffer {
  return binary(encodeHocuspocusFrame(document, frame));
}

function sayOfEvents(pen: Pen, request: EventRequest): Buffer {
  return sayToServer(pen, { kind: 'stateless', payload: writeEventRequest(request) });
}

/** What published clients send, in every form that the protocol allows. */
export const healthyKinds: readonly FrameKind[] = [
  kind('a token', (pen) => writeToken(pen, 'x'.repeat(pen.random.below(200)), pen.random.pick([null, '4.8.0'])), {
    ...inHocuspocus,
  }),
  kind(
    'a token that says that its client has no copy',
    (pen) => sayToServer(pen, { kind: 'token', token: '', providerVersion: '4.8.0', epoch: '' }),
    inHocuspocus,
  ),
  kind('a step 1 of somebody who has nothing', (pen) => writeStepOne(pen), healthy),
  kind('a step 1 of somebody who has something', (pen) => writeStepOne(pen, pen.author.stateVector()), healthy),
  kind('a step 2 of somebody who has nothing', (pen) => writeStepTwo(pen), healthy),
  kind('a step 2 of somebody who has something', (pen) => writeStepTwo(pen, pen.author.everything()), healthy),
  kind(
    'a step 2 as a sync reply',
    (pen) => {
      const update = pen.author.type();
      const frame = pen.encode({ kind: 'step-2', update });
      const typeAt = pen.raw().length;
      frame[typeAt] = hocuspocusTypes.syncReply;
      return binary(frame);
    },
    inHocuspocus,
  ),
  kind('an update', writeUpdate, healthy),
  kind(
    'an update, sent twice',
    (pen) => {
      const frame = writeUpdate(pen);
      return [frame, frame];
    },
    healthy,
  ),
  kind(
    'an update that adds nothing',
    ({ encode }) => binary(encode({ kind: 'update', update: EMPTY_UPDATE })),
    healthy,
  ),
  kind('presence', writePresence, healthy),
  kind(
    'presence of nobody',
    ({ encode }) => binary(encode({ kind: 'presence', presence: encodePresence([]) })),
    healthy,
  ),
  kind(
    'presence of somebody who leaves',
    ({ encode, author }) => {
      const entry = { clientId: author.client, clock: author.nextClock(), state: 'null' };
      return binary(encode({ kind: 'presence', presence: encodePresence([entry]) }));
    },
    healthy,
  ),
  kind('a question for presence', ({ encode }) => binary(encode({ kind: 'query-presence' })), healthy),
  kind(
    'a stateless message',
    (pen) => sayToServer(pen, { kind: 'stateless', payload: '{"__proto__":1}' }),
    inHocuspocus,
  ),
  kind(
    'an event',
    (pen) => {
      const data = { at: pen.random.below(1000) };
      const ref = `e${pen.random.below(100)}`;
      return sayOfEvents(pen, { kind: 'send', ref, name: 'wave', data, clientId: pen.author.client });
    },
    inHocuspocus,
  ),
  kind('a question for events', (pen) => sayOfEvents(pen, { kind: 'listen', after: null }), inHocuspocus),
  kind(
    'a question for events that were missed',
    (pen) => {
      const after = { log: 'elsewhere', heads: [['stream', pen.random.below(10)] as const], awayMs: 60_000 };
      return sayOfEvents(pen, { kind: 'listen', after });
    },
    inHocuspocus,
  ),
  kind('the end of a document', (pen) => sayToServer(pen, { kind: 'close' }), inHocuspocus),
  kind(
    'the end of a document, and its token again',
    (pen) => [sayToServer(pen, { kind: 'close' }), writeToken(pen), writeStepOne(pen)],
    inHocuspocus,
  ),
  kind('a pong of the protocol', () => binary(new Uint8Array([hocuspocusTypes.pong])), inHocuspocus),
  kind('a ping', ping, healthy),
  kind('a pong that nobody asked for', pong, healthy),
  kind('an update under a mask', (pen) => masked(writeUpdate(pen), pen.random), healthy),
  kind(
    'an update in fragments',
    ({ encode, author, random }) => inFragments(encode({ kind: 'update', update: author.type() }), 2 + random.below(6)),
    healthy,
  ),
  kind(
    'an update in fragments, with pings between them',
    ({ encode, author }) => inFragments(encode({ kind: 'update', update: author.type() }), 3, [ping(), pong()]),
    healthy,
  ),
];
