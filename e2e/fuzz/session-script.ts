import { createRandom, type Random } from '@quire/testing';
import * as Y from 'yjs';
import { type DialectName, dialects } from '../bad-input/offender.ts';
import { type FrameKind, kind } from './frames/frame-kind.ts';
import { frameKinds } from './frames/frame-kinds.ts';
import { writeStepOne, writeStepTwo, writeToken, writeUpdate } from './frames/healthy.ts';
import { createPen, type Pen } from './pen.ts';
import { binary } from './wire.ts';

export type Step =
  | { readonly kind: 'send'; readonly what: FrameKind; readonly frames: readonly Buffer[] }
  /** Waits until the document has been sent, or refused. */
  | { readonly kind: 'be let in' }
  /** Waits until something of this session is on the server's disk. */
  | { readonly kind: 'be saved' }
  | { readonly kind: 'stop reading' }
  | { readonly kind: 'read on' }
  /** Deletes the document from outside. */
  | { readonly kind: 'delete the document' }
  /** Waits until the socket is closed, and opens another. */
  | { readonly kind: 'come back' };

/** How a session ends, unless the server ends it before. */
export type Parting =
  /** Asks whether the server still listens, says goodbye, and waits for the answer. */
  | 'ask and leave'
  /** Hangs up in the middle. */
  | 'hang up'
  /** Hangs up a little later, if the server has not. */
  | 'give up soon'
  /** Says nothing more until the server closes it. */
  | 'wait';

/** How somebody comes to a server that asks for tokens. */
export interface Knock {
  /** Behind the path, with its question mark. */
  readonly query: string;
  /** Of the request, each with its line break. */
  readonly headers: string;
  /** Whether they must be let into a document, or must not; null where either may be. */
  readonly admits: boolean | null;
}

/** Everything that one intruder does. */
export interface Script {
  readonly index: number;
  readonly shape: string;
  readonly dialect: DialectName;
  readonly document: string;
  readonly steps: readonly Step[];
  readonly parting: Parting;
  /** Whether the bytes arrive in pieces that are no frames. */
  readonly torn: boolean;
  /** Whether the first frames come together with the request for the upgrade. */
  readonly early: boolean;
  /** Left out: as everybody comes to a server that lets everybody in. */
  readonly knock?: Knock;
}

/** Where the scripts of a run come from. */
export interface Scripts {
  /** With so many a run begins in any case. */
  readonly setPieces: number;
  /** What the intruder of this number does in a run with this seed. */
  write(seed: number, index: number): Script;
}

/** Where intruders write; few, so that they meet, and so that what a server remembers of names does not grow. */
const DOCUMENTS = 40;
const GRAVES = 100;
/** After so many sessions everything begins anew in empty documents: a long run is no test of long documents. */
export const SESSIONS_PER_WATCH = 1_000;
const INNOCENT = 'innocent/';
/** More than there is room for beside the large document, and less than a frame may have. */
const LARGE_UPDATE_CHARACTERS = 38_000;
/** One that is larger than what may wait for a socket. */
export const LARGE_DOCUMENT = 'fuzz/large';

/** A document in which people work while a session of this number goes on. */
export function innocentDocumentAt(index: number): string {
  return `${INNOCENT}${Math.floor(index / SESSIONS_PER_WATCH)}`;
}

export const documentsOfIntruders: readonly string[] = Array.from({ length: DOCUMENTS }, (_, at) => `fuzz/${at}`);

interface Shape {
  readonly dialects: readonly DialectName[];
  readonly parting: Parting | null;
  readonly document: ((index: number) => string) | null;
  /** @param wanted what the session is about, if that was given to it */
  write(pen: Pen, wanted: FrameKind | null): readonly Step[];
}

const token = kind('a token', (pen) => (pen.dialect === 'hocuspocus' ? [writeToken(pen)] : []));
export const stepOne = kind('a step 1', (pen) => writeStepOne(pen));
const halfOfAFrame = kind(
  'half of a frame',
  (pen) => {
    const frame = writeUpdate(pen);
    return frame.subarray(0, pen.random.below(frame.length));
  },
  { breaksFraming: true },
);
const stepTwo = kind('a step 2', (pen) => writeStepTwo(pen));
const largeUpdate = kind('an update for which there is no room', ({ author, encode }) => {
  const doc = new Y.Doc();
  doc.clientID = author.client + 700_000;
  doc.getArray('parts').push(['x'.repeat(LARGE_UPDATE_CHARACTERS)]);
  return binary(encode({ kind: 'update', update: Y.encodeStateAsUpdate(doc) }));
});

export function send(pen: Pen, ...kinds: readonly FrameKind[]): Step[] {
  return kinds.map((sent) => ({ kind: 'send', what: sent, frames: sent.write(pen) }));
}

export const BE_LET_IN: Step = { kind: 'be let in' };

function enter(pen: Pen): Step[] {
  return [...send(pen, token, stepOne), BE_LET_IN, ...(pen.random.oneIn(2) ? send(pen, stepTwo) : [])];
}

/** Some things at random; of the wanted kind last, if there is one. */
export function some(pen: Pen, most: number, wanted: FrameKind | null, onlyHealthy = false): Step[] {
  const known = frameKinds.filter(
    (candidate) =>
      candidate.dialects.includes(pen.dialect) &&
      (candidate.healthy || !onlyHealthy) &&
      (!pen.document.startsWith(INNOCENT) || !candidate.crowds),
  );
  if (wanted !== null) return send(pen, wanted);
  return send(pen, ...Array.from({ length: 1 + pen.random.below(most) }, () => pen.random.pick(known)));
}

const wildly = { dialects, parting: null, document: null } as const;
const MANY = 12;

const shapes = {
  'is let in, and goes wild': {
    ...wildly,
    write: (pen, wanted) => [...enter(pen), ...some(pen, MANY, wanted)],
  },
  'does not wait to be let in': {
    ...wildly,
    write: (pen, wanted) => [...send(pen, token, stepOne), ...some(pen, MANY, wanted)],
  },
  'never says who it is': { ...wildly, dialects: ['hocuspocus'], write: (pen) => some(pen, MANY, null) },
  'does everything in the wrong order': {
    ...wildly,
    write: (pen) => shuffle([...send(pen, token, stepOne, stepTwo), ...some(pen, 5, null, true)], pen.random),
  },
  behaves: { ...wildly, write: (pen) => writeHealthySession(pen) },
  'says everything twice': {
    ...wildly,
    write: (pen) => {
      const steps = writeHealthySession(pen);
      return [...steps, ...steps];
    },
  },
  'says nothing': { dialects: ['hocuspocus'], parting: 'wait', document: null, write: () => [] },
  'says half of a frame': {
    ...wildly,
    write(pen) {
      return [...enter(pen), ...send(pen, halfOfAFrame)];
    },
    parting: 'hang up',
  },
  'asks for much and does not read it': {
    dialects,
    parting: 'ask and leave',
    document: () => LARGE_DOCUMENT,
    write: (pen) => [
      ...send(pen, token, stepOne),
      BE_LET_IN,
      { kind: 'stop reading' },
      ...Array.from({ length: 60 }, () => send(pen, stepOne)).flat(),
      { kind: 'read on' },
    ],
  },
  'makes a document larger than it may be': {
    dialects,
    parting: 'ask and leave',
    document: () => LARGE_DOCUMENT,
    write: (pen) => [...send(pen, token, stepOne), BE_LET_IN, ...send(pen, stepTwo, largeUpdate)],
  },
  'brings back what was deleted': {
    dialects,
    parting: 'ask and leave',
    document: (index) => `fuzz/grave/${index % GRAVES}`,
    write(pen) {
      const update = send(pen, kind('an update', writeUpdate));
      const handshake = [...send(pen, token, stepOne), BE_LET_IN, ...send(pen, stepTwo)];
      const deletion: Step[] = [{ kind: 'be saved' }, { kind: 'delete the document' }];
      if (pen.dialect === 'y-websocket') deletion.push({ kind: 'come back' });
      return [...handshake, ...update, ...deletion, ...send(pen, token, stepOne), BE_LET_IN, ...update];
    },
  },
} as const satisfies Record<string, Shape>;

/** Byte by byte what an earlier session has sent: the same clients, clocks and documents. */
const REPLAY = 'repeats what somebody else has said';

export type ShapeName = keyof typeof shapes | typeof REPLAY;

const shapeOf = (name: keyof typeof shapes): Shape => shapes[name];
const dialectsOf = (name: ShapeName): readonly DialectName[] => (name === REPLAY ? dialects : shapeOf(name).dialects);

/** How often each is drawn. Those that take long, or a lot of the machine, are rare. */
const odds = {
  'is let in, and goes wild': 40,
  'does not wait to be let in': 20,
  'never says who it is': 8,
  'does everything in the wrong order': 10,
  behaves: 8,
  'says everything twice': 6,
  [REPLAY]: 8,
  'says half of a frame': 4,
  'brings back what was deleted': 2,
  'says nothing': 0.5,
  'makes a document larger than it may be': 1,
  'asks for much and does not read it': 4,
} as const satisfies Record<ShapeName, number>;
export const shapeNames = Object.keys(odds) as readonly ShapeName[];
const drawable = Object.entries(odds) as readonly (readonly [ShapeName, number])[];
const ALL_ODDS = drawable.reduce((total, [, share]) => total + share, 0);
const OF_EACH_SHAPE = 3;

interface Lot {
  readonly name: ShapeName;
  readonly dialect: DialectName;
  readonly wanted: FrameKind | null;
}

/** With which every run begins, so that no short one lacks anything: each kind in each dialect, then each shape. */
const setPieces: readonly Lot[] = dialects.flatMap((dialect) => [
  ...frameKinds
    .filter((candidate) => candidate.dialects.includes(dialect))
    .map((wanted): Lot => ({ name: 'is let in, and goes wild', dialect, wanted })),
  ...shapeNames
    .filter((name) => dialectsOf(name).includes(dialect))
    .flatMap((name) => Array.from({ length: OF_EACH_SHAPE }, (): Lot => ({ name, dialect, wanted: null }))),
]);
export const setPieceCount = setPieces.length;

/** What the intruder of this number does in a run with this seed. */
export function writeScript(seed: number, index: number): Script {
  const random = randomOf(seed, index);
  const { name, dialect, wanted } = setPieces[index] ?? drawLot(random);
  const manner = { torn: random.oneIn(6), early: random.oneIn(4) };
  if (name === REPLAY) return { ...writeScript(seed, random.below(index)), ...manner, index, shape: name };
  const shape = shapeOf(name);
  const document = shape.document?.(index) ?? drawDocument(random, index, wanted);
  const steps = shape.write(createPen(dialect, document, random), wanted);
  return {
    index,
    shape: name,
    dialect,
    document,
    steps,
    parting: shape.parting ?? drawParting(random, steps, wanted),
    ...manner,
  };
}

function drawLot(random: Random): Lot {
  let lot = random.next() * ALL_ODDS;
  let name: ShapeName = 'behaves';
  for (const [candidate, share] of drawable) {
    name = candidate;
    lot -= share;
    if (lot < 0) break;
  }
  return { name, dialect: random.pick(dialectsOf(name)), wanted: null };
}

/** One in eight goes where people work; among them what crowds is left out. */
function drawDocument(random: Random, index: number, wanted: FrameKind | null): string {
  const isWelcome = random.oneIn(8) && wanted?.crowds !== true;
  return isWelcome ? innocentDocumentAt(index) : random.pick(documentsOfIntruders);
}

export function drawParting(random: Random, steps: readonly Step[], wanted: FrameKind | null): Parting {
  if (mayBreakFraming(steps)) return 'give up soon';
  return wanted === null && random.oneIn(4) ? 'hang up' : 'ask and leave';
}

/** Whoever does not read is cut off when their goodbye doesn't get through. */
export function mayBeCutOff(steps: readonly Step[]): boolean {
  return steps.some((step) => step.kind === 'stop reading');
}

export function mayBreakFraming(steps: readonly Step[]): boolean {
  return steps.some((step) => step.kind === 'send' && step.what.breaksFraming);
}

function writeHealthySession(pen: Pen): Step[] {
  return [...send(pen, token, stepOne), BE_LET_IN, ...send(pen, stepTwo), ...some(pen, MANY, null, true)];
}

export function randomOf(seed: number, index: number): Random {
  // Odd, so that every number of a session gets numbers of its own.
  return createRandom((seed + Math.imul(index, 0x9e3779b1)) >>> 0).fork();
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}

/** A script as a person reads it, for a failure. */
export function printScript({ index, shape, dialect, document, steps, parting, torn, early }: Script): string {
  const told = steps.map((step) => (step.kind === 'send' ? `${step.what.name} (${step.frames.length})` : step.kind));
  const manner = [parting, ...(torn ? ['torn'] : []), ...(early ? ['early'] : [])].join(', ');
  return `session ${index} in ${document} (${dialect}) ${shape}: ${told.join('; ')}; ${manner}`;
}
