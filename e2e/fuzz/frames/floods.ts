import { encodeHocuspocusFrame, encodePresence } from '@quire/protocol';
import * as Y from 'yjs';
import { frameForServer, opcodes } from '../../bench/load/websocket-frames.ts';
import type { Pen } from '../pen.ts';
import { binary, ping } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';
import { writeStepOne, writeToken, writeUpdate } from './healthy.ts';

const VECTORS = 24;
/** Fewer than a socket may open. */
const ADDRESSES = 3;
/** As many as a frame has room for. */
const VECTOR_OF_THOUSANDS = Y.encodeStateVector(
  new Map(Array.from({ length: 15_000 }, (_, client) => [client + 1, 1])),
);

const times = <T = Buffer>(count: number, write: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => write(index));

/** More of something than the server may have to keep. Sizes go with the limits of `fuzzLimits`. */
export const floods: readonly FrameKind[] = [
  kind('a flood of keystrokes', (pen) => times(40, () => writeUpdate(pen)), { healthy: true }),
  kind(
    'a flood of large updates',
    ({ encode, author }) => largeUpdates(author.client).map((update) => binary(encode({ kind: 'update', update }))),
    {
      crowds: true,
    },
  ),
  kind('a flood of questions for presence', ({ encode }) =>
    times(100, () => binary(encode({ kind: 'query-presence' }))),
  ),
  kind('a flood of step 1s', (pen) => times(40, () => writeStepOne(pen))),
  kind(
    'a flood of state vectors of thousands, under one address after the other',
    (pen) =>
      times(VECTORS, (index) => {
        const address = `${pen.document}\0${index % ADDRESSES}`;
        const encode: Pen['encode'] = (frame) => encodeHocuspocusFrame(address, frame);
        return [writeToken({ ...pen, document: address }), writeStepOne({ ...pen, encode }, VECTOR_OF_THOUSANDS)];
      }).flat(),
    { dialects: ['hocuspocus'] },
  ),
  kind('a flood of people', ({ encode, author }) =>
    times(24, (index) => {
      const entry = { clientId: author.client + index, clock: author.nextClock(), state: '{}' };
      return binary(encode({ kind: 'presence', presence: encodePresence([entry]) }));
    }),
  ),
  kind('a flood of pings', () => times(100, ping)),
  kind('a flood of pongs', () => times(100, () => frameForServer(new Uint8Array(125), opcodes.pong))),
  kind(
    'a flood of documents',
    (pen) => times(8, (index) => writeToken({ ...pen, document: `${pen.document}/${index}` })),
    { dialects: ['hocuspocus'] },
  ),
  kind('a flood of tokens', (pen) => times(40, () => writeToken(pen, 'again')), { dialects: ['hocuspocus'] }),
  kind(
    'a flood for a document that nobody has been let into',
    (pen) => {
      const elsewhere = `${pen.document}/elsewhere`;
      const encode: Pen['encode'] = (frame) => encodeHocuspocusFrame(elsewhere, frame);
      return times(40, () => writeUpdate({ ...pen, encode }));
    },
    { dialects: ['hocuspocus'] },
  ),
];

const LARGE_UPDATES = 30;
const LARGE_UPDATE_CHARACTERS = 3_000;

/** All of them arrive while the first is on its way to the disk. */
function largeUpdates(client: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = client + 500_000;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < LARGE_UPDATES; index += 1)
    doc.getArray('large').push(['x'.repeat(LARGE_UPDATE_CHARACTERS)]);
  return updates;
}
