import { encodeHocuspocusFrame } from '@quire/protocol';
import type { Random } from '@quire/testing';
import { type DialectName, dialects } from '../../bad-input/offender.ts';
import { floods } from '../frames/floods.ts';
import { type FrameKind, kind } from '../frames/frame-kind.ts';
import { frameKinds } from '../frames/frame-kinds.ts';
import { createPen, type Pen } from '../pen.ts';
import {
  BE_LET_IN,
  drawParting,
  type Knock,
  randomOf,
  type Script,
  type Scripts,
  type Step,
  send,
  some,
  stepOne,
} from '../session-script.ts';
import { binary } from '../wire.ts';
import { KEPT_DOCUMENTS, OPEN_DOCUMENTS, type TokenKind, tokenKinds } from './tokens.ts';

/** How a token comes to the server. */
const ways = ['in a message', 'in the query', 'in a header', 'in a cookie', 'in a cookie of another page'] as const;
type Way = (typeof ways)[number];

const DOCUMENTS = 20;
export const openDocuments = Array.from({ length: DOCUMENTS }, (_, at) => `${OPEN_DOCUMENTS}${at}`);
export const keptDocuments = Array.from({ length: DOCUMENTS }, (_, at) => `${KEPT_DOCUMENTS}${at}`);

/** A frame may have as much, and the head of a request a fraction of it. */
const MOST_IN_A_MESSAGE = 60_000;
const MOST_IN_A_REQUEST = 8_000;
const MANY = 12;
const FEW = 4;
/** Where cookies don't count: on loopback, and not our own. */
const ANOTHER_PAGE = 'Origin: http://localhost:1\r\n';

const waysOf = (dialect: DialectName): readonly Way[] =>
  dialect === 'hocuspocus' ? ways : ways.filter((way) => way !== 'in a message');

/** What can stand in a header, which Node would not take otherwise; and in a cookie, which would end at a semicolon. */
const bare = (token: string): string => token.replaceAll(/[^\x21-\x7e]|[;,"]/g, '_');

function knockWith(token: string, way: Way, admits: boolean | null): Knock {
  switch (way) {
    case 'in a message':
      return { query: '', headers: '', admits };
    case 'in the query':
      return { query: `?token=${encodeURIComponent(token)}`, headers: '', admits };
    case 'in a header':
      return { query: '', headers: `Authorization: Bearer ${bare(token)}\r\n`, admits };
    case 'in a cookie':
      return { query: '', headers: `Cookie: quire_token=${bare(token)}\r\n`, admits };
    case 'in a cookie of another page':
      return { query: '', headers: `Cookie: quire_token=${bare(token)}\r\n${ANOTHER_PAGE}`, admits: false };
    default:
      return way satisfies never;
  }
}

type ShapeName =
  | 'knocks'
  | 'says much before it knocks'
  | 'floods the door'
  | 'never says who it is'
  | 'says nothing'
  | 'tries one token after the other';

/** How often each is drawn. */
const odds = {
  knocks: 30,
  'says much before it knocks': 20,
  'floods the door': 10,
  'never says who it is': 10,
  'says nothing': 1,
  'tries one token after the other': 15,
} as const satisfies Record<ShapeName, number>;
export const doorShapes = Object.keys(odds) as readonly ShapeName[];
const drawable = Object.entries(odds) as readonly (readonly [ShapeName, number])[];
const ALL_ODDS = drawable.reduce((total, [, share]) => total + share, 0);

/** Who has to say something comes with the dialect in which tokens are said; in the other the door is the address. */
const dialectsOf = (shape: ShapeName): readonly DialectName[] =>
  shape === 'says nothing' || shape === 'tries one token after the other' ? ['hocuspocus'] : dialects;

interface Lot {
  readonly shape: ShapeName;
  readonly dialect: DialectName;
  readonly token: TokenKind;
  readonly way: Way;
  /** What is sent before anybody is known, if that was given to it. */
  readonly wanted: FrameKind | null;
}

const nothing = tokenKinds.find(({ name }) => name === 'no token') as TokenKind;
const editors = tokenKinds.find(({ writes }) => writes) as TokenKind;

/** Each token in each way, and before anybody is known each kind of frame: with these every run begins. */
const setPieces: readonly Lot[] = dialects.flatMap((dialect) => [
  ...tokenKinds.flatMap((token) =>
    waysOf(dialect).map((way): Lot => ({ shape: 'knocks', dialect, token, way, wanted: null })),
  ),
  ...frameKinds
    .filter((candidate) => candidate.dialects.includes(dialect))
    .map((wanted): Lot => ({ shape: 'never says who it is', dialect, token: nothing, way: 'in the query', wanted })),
  ...floods
    .filter((candidate) => candidate.dialects.includes(dialect))
    .map((wanted): Lot => ({ shape: 'floods the door', dialect, token: editors, way: 'in the query', wanted })),
  ...doorShapes
    .filter((shape) => dialectsOf(shape).includes(dialect))
    .map((shape): Lot => ({ shape, dialect, token: nothing, way: 'in the query', wanted: null })),
]);

export function createDoorScripts(secret: string): Scripts {
  return { setPieces: setPieces.length, write: (seed, index) => writeDoorScript(secret, seed, index) };
}

function writeDoorScript(secret: string, seed: number, index: number): Script {
  const random = randomOf(seed, index);
  const { shape, dialect, token, way, wanted } = setPieces[index] ?? drawLot(random);
  const document = random.pick(token.writes ? openDocuments : keptDocuments);
  const pen = createPen(dialect, document, random);
  const most = way === 'in a message' ? MOST_IN_A_MESSAGE : MOST_IN_A_REQUEST;
  const text = token.write({ random, secret, most });
  const come = comeWith(text, token, way);
  const admits = shape === 'knocks' ? token.admits : token.admits === false ? false : null;
  const knock = knockWith(text, way, admits);
  const steps = writeSteps({ shape, pen, come, wanted, secret });
  return {
    index,
    shape,
    dialect,
    document,
    steps: [...steps],
    parting: shape === 'says nothing' ? 'wait' : drawParting(random, steps, wanted),
    torn: random.oneIn(6),
    early: random.oneIn(4),
    // Of many tokens one may be good.
    knock: shape === 'tries one token after the other' ? { ...knock, admits: null } : knock,
  };
}

/** Says who it is, as far as that is said in a message, and asks for the document. */
function comeWith(token: string, { name }: TokenKind, way: Way): FrameKind {
  return kind(`${name}, ${way}`, (pen) => {
    const said = way === 'in a message' ? token : '';
    const first = encodeHocuspocusFrame(pen.document, { kind: 'token', token: said, providerVersion: null });
    return [...(pen.dialect === 'hocuspocus' ? [binary(first)] : []), ...stepOne.write(pen)];
  });
}

interface Parts {
  readonly shape: ShapeName;
  readonly pen: Pen;
  readonly come: FrameKind;
  readonly wanted: FrameKind | null;
  readonly secret: string;
}

function writeSteps({ shape, pen, come, wanted, secret }: Parts): readonly Step[] {
  switch (shape) {
    case 'knocks':
      return [...send(pen, come), BE_LET_IN, ...some(pen, MANY, null)];
    case 'says much before it knocks':
      return [...some(pen, FEW, null), ...send(pen, come), ...some(pen, FEW, null)];
    case 'floods the door':
      return [...some(pen, 1, wanted ?? pickFlood(pen)), ...send(pen, come)];
    case 'never says who it is':
      return some(pen, MANY, wanted);
    case 'says nothing':
      return [];
    case 'tries one token after the other':
      return Array.from({ length: FEW }, () => {
        const token = pen.random.pick(tokenKinds);
        const text = token.write({ random: pen.random, secret, most: MOST_IN_A_MESSAGE });
        return send(pen, comeWith(text, token, 'in a message'));
      }).flat();
    default:
      return shape satisfies never;
  }
}

function pickFlood({ random, dialect }: Pen): FrameKind {
  return random.pick(floods.filter((candidate) => candidate.dialects.includes(dialect)));
}

function drawLot(random: Random): Lot {
  let lot = random.next() * ALL_ODDS;
  let shape: ShapeName = 'knocks';
  for (const [candidate, share] of drawable) {
    shape = candidate;
    lot -= share;
    if (lot < 0) break;
  }
  const dialect = random.pick(dialectsOf(shape));
  return { shape, dialect, token: random.pick(tokenKinds), way: random.pick(waysOf(dialect)), wanted: null };
}
