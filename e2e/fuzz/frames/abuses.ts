import { EVENT_MESSAGE_START, encodeHocuspocusFrame, encodePresence, type PresenceEntry } from '@quire/protocol';
import { createEncoder, type Encoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';
import type { Pen } from '../pen.ts';
import { binary, goodbye, text } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';
import { writeStepOne, writeToken, writeUpdate } from './healthy.ts';

const LARGEST_NUMBER = 2 ** 53 - 1;
/** More levels than a browser's stack has room for, in fewer bytes than a presence state may have. */
const DEEP = 8_000;
/** Somewhere in between, what can be read can't be applied: that takes more of the stack. */
const SHALLOWEST = 1_000;
const DEEPEST = 6_000;
const NESTED_TYPES = 4_000;
/** More than are judged where they arrive, in less than a frame may have. */
const LARGE_PIECES = 9_000;
/** Of those who come later, each is put behind, or before, all of them. */
const CROWD = 600;

const inHocuspocus = { dialects: ['hocuspocus'] } as const;

/** Names of things that every object has, of the file system, and of nothing; all of them may be documents. */
const strangeNames = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  'a/../b',
  '%00',
  '//',
  ' x ',
  'CON',
  '\u202eevil',
  '𝒳'.repeat(128),
  'x'.repeat(512),
] as const;

const sayPresence = ({ encode }: Pen, ...entries: readonly PresenceEntry[]): Buffer =>
  binary(encode({ kind: 'presence', presence: encodePresence(entries) }));

/** Valid as frames, and meant to break whoever handles or receives them. What a run once found has its place here. */
export const abusiveKinds: readonly FrameKind[] = [
  kind('presence with the last of all clocks', (pen) => {
    const { client } = pen.author;
    return [LARGEST_NUMBER, LARGEST_NUMBER - 1, LARGEST_NUMBER].map((clock) =>
      sayPresence(pen, { clientId: client, clock, state: JSON.stringify({ at: pen.author.nextClock() }) }),
    );
  }),
  kind('presence of the last of all clients', (pen) =>
    sayPresence(pen, { clientId: LARGEST_NUMBER, clock: pen.author.nextClock(), state: '{}' }),
  ),
  kind('presence nested beyond measure, changed once', (pen) => {
    const state = `{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`;
    return [0, 1].map(() => sayPresence(pen, { clientId: pen.author.client, clock: pen.author.nextClock(), state }));
  }),
  kind('presence that grows when it is repeated', (pen) => {
    const state = `{"a":[${Array.from({ length: 3_000 }, () => '1e20').join(',')}]}`;
    return sayPresence(pen, { clientId: pen.author.client, clock: pen.author.nextClock(), state });
  }),
  kind('presence with names of prototypes', (pen) =>
    sayPresence(pen, {
      clientId: pen.author.client,
      clock: pen.author.nextClock(),
      state: '{"__proto__":{"user":1},"constructor":{"prototype":null},"user":{"name":{"toString":1}}}',
    }),
  ),
  kind('presence that is null with a space before it', (pen) =>
    sayPresence(pen, { clientId: pen.author.client, clock: pen.author.nextClock(), state: ' null' }),
  ),
  kind('content nested beyond measure', ({ encode, author }) =>
    binary(encode({ kind: 'update', update: nestContent(author.client + 1, DEEP) })),
  ),
  kind('content nested as deep as can just be read', ({ encode, author, random }) =>
    binary(
      encode({
        kind: 'update',
        update: nestContent(author.client + 2 + random.below(50), SHALLOWEST + random.below(DEEPEST - SHALLOWEST)),
      }),
    ),
  ),
  kind('types nested beyond measure, and deleted at the top', ({ encode, author, random }) => {
    const client = author.client + 1_000 + random.below(1_000);
    return nestTypes(client, NESTED_TYPES).map((update) => binary(encode({ kind: 'update', update })));
  }),
  kind('an update that claims all clocks of a client', ({ encode, author }) =>
    binary(encode({ kind: 'update', update: claimClocks(author.client + 3, LARGEST_NUMBER - 1) })),
  ),
  kind(
    'a crowd that writes at one place',
    ({ encode, author }) => binary(encode({ kind: 'update', update: crowdAt(author.client + 10_000, CROWD) })),
    { crowds: true },
  ),
  kind(
    'a large update whose end is missing',
    ({ encode, author, random }) => {
      const update = claimPieces(author.client + 4, LARGE_PIECES);
      return binary(encode({ kind: 'update', update: update.subarray(0, update.length - 1 - random.below(1_000)) }));
    },
    { crowds: true },
  ),
  kind(
    'a large step 2 of nothing but pieces and deletions',
    ({ encode, author }) => binary(encode({ kind: 'step-2', update: claimPieces(author.client + 5, LARGE_PIECES) })),
    { crowds: true },
  ),
  kind(
    'a large update, and an edit behind it',
    (pen) => [
      binary(pen.encode({ kind: 'update', update: claimPieces(pen.author.client + 6, LARGE_PIECES) })),
      writeUpdate(pen),
    ],
    { crowds: true },
  ),
  kind('deletions of all clocks of everybody', ({ encode, author }) =>
    binary(encode({ kind: 'update', update: deleteClocks([author.client, author.client + 1], LARGEST_NUMBER) })),
  ),
  kind('a text message', () => text('{"type":"hello"}')),
  kind('an empty text message', () => text('')),
  kind('a large message of zeros', ({ random }) => binary(new Uint8Array(1_000 + random.below(60_000)))),
  kind('a goodbye with a code of its own', ({ random }) => goodbye(random.pick([1001, 3000, 4999])), {
    breaksFraming: true,
  }),
  kind(
    'a token that says that its client has a copy of a life that there never was',
    ({ document }) => {
      const epoch = '4294967295-ffffffffffffffff';
      return binary(encodeHocuspocusFrame(document, { kind: 'token', token: '', providerVersion: null, epoch }));
    },
    inHocuspocus,
  ),
  kind('a token of many kilobytes', (pen) => writeToken(pen, 'x'.repeat(50_000), 'v'.repeat(10_000)), inHocuspocus),
  kind(
    'a document with a strange name',
    (pen) => {
      const strange = { ...pen, document: pen.random.pick(strangeNames) };
      const encode: Pen['encode'] = (frame) => encodeHocuspocusFrame(strange.document, frame);
      return [writeToken(strange), writeStepOne({ ...strange, encode })];
    },
    inHocuspocus,
  ),
  kind(
    'a session of a document',
    (pen) => {
      const own = { ...pen, document: `${pen.document}\0${pen.random.pick(['1', '__proto__', 'x'.repeat(128)])}` };
      return [writeToken(own)];
    },
    inHocuspocus,
  ),
  kind(
    'an event nested beyond measure',
    ({ document }) => {
      const data = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
      const payload = `${EVENT_MESSAGE_START}.send","ref":"deep","name":"wave","data":${data}}`;
      return binary(encodeHocuspocusFrame(document, { kind: 'stateless', payload }));
    },
    inHocuspocus,
  ),
  kind(
    'a message about events that is none',
    ({ document, random }) => {
      const payload = `${EVENT_MESSAGE_START}${random.pick(['', '"}', '.send"}', '.listen","after":{"heads":[[]]}}', 's'.repeat(99)])}`;
      return binary(encodeHocuspocusFrame(document, { kind: 'stateless', payload }));
    },
    inHocuspocus,
  ),
];

const [ARRAY, NULL, ANY, TEXT, COLLECTED] = [117, 126, 8, 4, 0] as const;

function bytesOf(write: (encoder: Encoder) => void): Uint8Array {
  const encoder = createEncoder();
  write(encoder);
  return toUint8Array(encoder);
}

const writeNumbers = (encoder: Encoder, ...numbers: readonly number[]): void => {
  for (const number of numbers) writeVarUint(encoder, number);
};

/** One item at the root `x` whose value is an array of an array of an array … */
function nestContent(client: number, depth: number): Uint8Array {
  return bytesOf((encoder) => {
    writeNumbers(encoder, 1, 1, client, 0, ANY, 1); // one part of one struct from clock 0: any content, under a root
    writeVarString(encoder, 'x');
    writeNumbers(encoder, 1); // of one value
    for (let level = 0; level < depth; level += 1) writeNumbers(encoder, ARRAY, 1);
    writeNumbers(encoder, NULL, 0); // and no deletions
  });
}

/** Maps in maps, and then an update that deletes the outermost. */
function nestTypes(client: number, depth: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = client;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.transact(() => {
    let inner: Y.Map<unknown> = doc.getMap('nested');
    for (let level = 0; level < depth; level += 1) {
      const next = new Y.Map<unknown>();
      inner.set('k', next);
      inner = next;
    }
  });
  return [...updates, deleteClocks([client], 1)];
}

/** One collected struct of so many clocks. */
function claimClocks(client: number, length: number): Uint8Array {
  return bytesOf((encoder) => writeNumbers(encoder, 1, 1, client, 0, COLLECTED, length, 0));
}

/** Collected structs of one clock each, and the deletion of every other one. */
function claimPieces(client: number, count: number): Uint8Array {
  return bytesOf((encoder) => {
    writeNumbers(encoder, 1, count, client, 0);
    for (let clock = 0; clock < count; clock += 1) writeNumbers(encoder, COLLECTED, 1);
    writeNumbers(encoder, 1, client, count / 2);
    for (let clock = 0; clock < count; clock += 2) writeNumbers(encoder, clock, 1);
  });
}

/** A text of each of so many clients, all at the beginning of the same list. */
function crowdAt(firstClient: number, count: number): Uint8Array {
  return bytesOf((encoder) => {
    writeNumbers(encoder, count);
    for (let client = firstClient; client < firstClient + count; client += 1) {
      writeNumbers(encoder, 1, client, 0, TEXT, 1);
      writeVarString(encoder, 'crowded');
      writeVarString(encoder, 'x');
    }
    writeNumbers(encoder, 0);
  });
}

function deleteClocks(clients: readonly number[], length: number): Uint8Array {
  return bytesOf((encoder) => {
    writeNumbers(encoder, 0, clients.length);
    for (const client of clients) writeNumbers(encoder, client, 1, 0, length);
  });
}
