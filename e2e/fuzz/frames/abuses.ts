import { encodeHocuspocusFrame, encodePresence, type PresenceEntry } from '@quire/protocol';
import * as Y from 'yjs';
import type { Pen } from '../pen.ts';
import { binary, goodbye, text } from '../wire.ts';
import { type FrameKind, kind } from './frame-kind.ts';
import { writeStepOne, writeToken } from './healthy.ts';

const LARGEST_NUMBER = 2 ** 53 - 1;
/** More levels than a browser's stack has room for, in fewer bytes than a presence state may have. */
const DEEP = 8_000;
/** Somewhere in between, what can be read can't be applied: that takes more of the stack. */
const SHALLOWEST = 1_000;
const DEEPEST = 6_000;
const NESTED_TYPES = 4_000;

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
];

const ARRAY_OF_ONE = [117, 1] as const;
const NULL = 126;
const ANY = 8;

/** One item at the root `x` whose value is an array of an array of an array … */
function nestContent(client: number, depth: number): Uint8Array {
  const levels = Array.from({ length: depth }, () => ARRAY_OF_ONE).flat();
  // One part of one struct from clock 0: any content, under the root `x`, of one value; and no deletions.
  return Uint8Array.from([1, 1, ...varint(client), 0, ANY, 1, 1, 'x'.charCodeAt(0), 1, ...levels, NULL, 0]);
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
  return Uint8Array.from([1, 1, ...varint(client), 0, 0, ...varint(length), 0]);
}

function deleteClocks(clients: readonly number[], length: number): Uint8Array {
  const ranges = clients.flatMap((client) => [...varint(client), 1, 0, ...varint(length)]);
  return Uint8Array.from([0, clients.length, ...ranges]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
