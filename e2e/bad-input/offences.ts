import { type CloseCode, closeCodes, encodePresence } from '@quire/protocol';
import * as Y from 'yjs';
import {
  type DialectName,
  dialects,
  type FrameWriter,
  writeChain,
  writeCircles,
  writeList,
  writeNest,
  writeOrphans,
  writeStateVector,
  writeTwice,
  writeUpdate,
} from './offender.ts';

export interface Offence {
  readonly name: string;
  readonly dialects: readonly DialectName[];
  readonly code: CloseCode;
  /** What of it may stay: an update whose predecessors are missing is content until there are too many (R3). */
  readonly leaves: 'nothing' | 'pending edits';
  commit(offender: Culprit): void;
}

/** All that it takes to commit one. */
export interface Culprit extends FrameWriter {
  readonly socket: { send(frame: Uint8Array | string): void };
}

/** Settings under which every limit can be reached with little. */
export const tightLimits = {
  QUIRE_LIMITS_MAX_FRAME_BYTES: '65536',
  QUIRE_LIMITS_MAX_PRESENCE_ENTRIES: '4',
  QUIRE_LIMITS_MAX_PRESENCE_STATE_BYTES: '256',
  QUIRE_LIMITS_MAX_PENDING_UPDATES: '20',
  QUIRE_LIMITS_MAX_UNESTABLISHED_FRAMES: '30',
  QUIRE_LIMITS_MAX_DOCUMENTS_PER_SESSION: '5',
  QUIRE_LIMITS_MAX_FRAGMENTS: '8',
  QUIRE_LIMITS_MAX_DOCUMENT_BYTES: '32768',
  QUIRE_LIMITS_MAX_UPDATE_PARTS: '1000',
  QUIRE_LIMITS_MAX_NESTING_DEPTH: '20',
} as const;

const [SYNC, UNKNOWN_TYPE, UNKNOWN_SYNC, CLIENT_SENDS_NO_AUTH] = [0, 42, 9, 2] as const;

function offence(
  name: string,
  code: CloseCode,
  commit: (offender: Culprit) => void,
  details: Partial<Pick<Offence, 'dialects' | 'leaves'>> = {},
): Offence {
  return { name, code, commit, dialects, leaves: 'nothing', ...details };
}

/** A frame for each way in which one can be wrong. */
const frame = (make: (offender: Culprit) => Uint8Array | string) => (offender: Culprit) =>
  offender.socket.send(make(offender));

const { badFrame, badUpdate, badDocumentName, documentTooLarge, frameTooBig, tooMuchPending, updateTooComplex } =
  closeCodes;
const presenceOf = (count: number, state: string): Uint8Array =>
  encodePresence(Array.from({ length: count }, (_, index) => ({ clientId: index + 1, clock: 1, state })));

export const offences: readonly Offence[] = [
  offence(
    'an empty frame',
    badFrame,
    frame(() => new Uint8Array()),
  ),
  offence(
    'bytes that are no frame',
    badFrame,
    frame(() => new Uint8Array([255, 254, 253, 252, 251])),
  ),
  offence(
    'a text frame',
    badFrame,
    frame(() => 'hello'),
  ),
  offence(
    'a message of an unknown type',
    badFrame,
    frame(({ raw }) => raw(UNKNOWN_TYPE)),
  ),
  offence(
    'a sync message of an unknown type',
    badFrame,
    frame(({ raw }) => raw(SYNC, UNKNOWN_SYNC, 0)),
  ),
  offence(
    'an auth message that only servers send',
    badFrame,
    frame(({ raw }) => raw(CLIENT_SENDS_NO_AUTH, 1, 0)),
  ),
  offence(
    'a truncated update frame',
    badFrame,
    frame(({ encode }) => encode({ kind: 'update', update: writeUpdate('cut') }).slice(0, -3)),
  ),
  offence(
    'a frame that goes on after its end',
    badFrame,
    frame(({ encode }) => new Uint8Array([...encode({ kind: 'update', update: writeUpdate('more') }), 0])),
  ),
  offence(
    '[G4] a length of many gigabytes',
    badFrame,
    frame(({ raw }) => raw(SYNC, 2, 255, 255, 255, 255, 127)),
  ),
  offence(
    '[G4] a frame beyond the limit',
    frameTooBig,
    frame(({ encode }) => encode({ kind: 'update', update: writeUpdate('big'.repeat(30_000)) })),
  ),
  offence(
    'an update that is none',
    badUpdate,
    frame(({ encode }) => encode({ kind: 'update', update: new Uint8Array([1, 2, 3, 4]) })),
  ),
  offence(
    'an empty update',
    badUpdate,
    frame(({ encode }) => encode({ kind: 'update', update: new Uint8Array() })),
  ),
  offence(
    'a truncated update in a whole frame',
    badUpdate,
    frame(({ encode }) => encode({ kind: 'update', update: writeUpdate('half').slice(0, -4) })),
  ),
  offence(
    'an update with two parts for one client',
    badUpdate,
    frame(({ encode }) => encode({ kind: 'update', update: writeTwice('twice') })),
  ),
  offence(
    'a step 2 that is no update',
    badUpdate,
    frame(({ encode }) => encode({ kind: 'step-2', update: new Uint8Array([7, 7, 7]) })),
  ),
  offence(
    'a step 1 that is no state vector',
    badFrame,
    frame(({ encode }) => encode({ kind: 'step-1', stateVector: new Uint8Array([9, 1]) })),
  ),
  offence(
    'presence that is no presence',
    badFrame,
    frame(({ encode }) => encode({ kind: 'presence', presence: new Uint8Array([3, 1]) })),
  ),
  offence(
    '[R10] a presence state that is not JSON',
    badFrame,
    frame(({ encode }) => encode({ kind: 'presence', presence: presenceOf(1, '{"user":') })),
  ),
  offence(
    '[G4] presence of more people than allowed',
    badFrame,
    frame(({ encode }) => encode({ kind: 'presence', presence: presenceOf(5, '{}') })),
  ),
  offence(
    '[G4] a presence state that is too large',
    badFrame,
    frame(({ encode }) => encode({ kind: 'presence', presence: presenceOf(1, JSON.stringify('x'.repeat(500))) })),
  ),
  offence(
    '[R3] [G4] a flood of updates whose predecessors are missing',
    tooMuchPending,
    ({ encode, socket }) => {
      for (const update of writeOrphans(100)) socket.send(encode({ kind: 'update', update }));
    },
    { leaves: 'pending edits' },
  ),
  offence(
    '[R3] [G4] a flood of updates that wait for each other',
    tooMuchPending,
    ({ encode, socket }) => {
      for (const update of writeCircles(100)) socket.send(encode({ kind: 'update', update }));
    },
    { leaves: 'pending edits' },
  ),
  offence(
    '[R3] [G4] one update of many people, each of whom waits for the next',
    tooMuchPending,
    frame(({ encode }) => encode({ kind: 'update', update: Y.mergeUpdates([...writeChain(60)]) })),
  ),
  offence(
    '[G4] an update of more parts than allowed',
    updateTooComplex,
    frame(({ encode }) => encode({ kind: 'update', update: writeList(2_000) })),
  ),
  offence(
    '[G4] a state vector of more clients than allowed',
    updateTooComplex,
    frame(({ encode }) => encode({ kind: 'step-1', stateVector: writeStateVector(2_000) })),
  ),
  offence(
    '[G4] lists inside each other, deeper than allowed',
    updateTooComplex,
    frame(({ encode }) => encode({ kind: 'step-2', update: writeNest(30) })),
  ),
  offence(
    '[G4] a word that makes the document too large',
    documentTooLarge,
    frame(({ encode }) => encode({ kind: 'update', update: writeUpdate('x'.repeat(40_000)) })),
    // In the other dialect the document is closed, and the socket stays.
    { dialects: ['y-websocket'] },
  ),
  ...(['', '  ', 'a\u0007b', 'x'.repeat(600), 'name\0', 'name\0one\0two'] as const).map((name) =>
    offence(
      `a frame for a document called ${JSON.stringify(name.length > 20 ? `${name.slice(0, 5)}… (${name.length})` : name)}`,
      badDocumentName,
      frame(() => addressed(name)),
      { dialects: ['hocuspocus'] },
    ),
  ),
];

/** A step 1 of the Hocuspocus dialect, for any name at all. */
function addressed(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return new Uint8Array([...length, ...bytes, SYNC, 0, 1, 0]);
}
