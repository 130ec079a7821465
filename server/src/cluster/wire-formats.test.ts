import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, Holdings } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { type Announcement, decodeAnnouncement, encodeAnnouncement } from './announcement.ts';
import { type ClusterRecord, formatClusterRecord, parseClusterRecord } from './cluster-file.ts';
import { decodeEntries, encodeEntries } from './entry-record.ts';
import { HoldingsDigest } from './holdings-digest.ts';
import { derivePeerToken } from './http/peer-secret.ts';
import { decodeAsker, decodeStatus, decodeWants, encodeAsker, encodeStatus, encodeWants } from './http/peer-wire.ts';
import type { Asker, PeerStatus } from './peer-link.ts';
import { createRedisKeys, RECORD_FIELD } from './redis/redis-keys.ts';
import { decodeRoomMessage, encodeRoomMessage, type Said } from './rooms/room-message.ts';
import { RoomsDigest, roomKeyOf } from './rooms/rooms-digest.ts';
import { decodeTally, encodeTally, type Tally } from './rooms/tally.ts';

/*
 * What nodes say to each other and leave behind, as bytes of the releases so far. During an upgrade nodes of two releases are
 * in one cluster, and each starts from what the one before it wrote.
 */
const GOLDEN = join(import.meta.dirname, 'golden');
const LOST =
  'This is read no more as an earlier release wrote it, which nodes of that release will go on doing during an upgrade, and what they left behind stays: have it read, and keep the file.';
const CHANGED =
  'This release writes other bytes than the one before. If nodes of that one understand them, add the new ones as another file (name-2, name-3, …) and keep the old file: both have to be read. If they do not, raise the version of the format, and say in docs/operating.md, "Upgrading", what becomes of nodes that are not upgraded yet.';

const incarnation = '1f3a5c7e90b2d4f6';
const other = '00000000000000b2';
const first = { count: 1, id: '0000000000000000' };
const second = { count: 2, id: 'aabbccddeeff0011' };

const entries: readonly Entry[] = [
  {
    id: { incarnation, sequence: 41 },
    document: 'team/quarterly-plan',
    epoch: first,
    time: 1_790_000_000_000,
    updates: [
      { author: 'ada', update: Uint8Array.of(1, 1, 5, 0, 4, 1, 4) },
      { author: 'ben', update: Uint8Array.of(0, 0) },
    ],
    title: 'Plan – Q3',
  },
  { id: { incarnation, sequence: 43 }, document: 'ä ö', epoch: second, time: 1_789_999_999_000, updates: [] },
  {
    id: { incarnation: other, sequence: 1 },
    document: 'doomed',
    epoch: first,
    time: 0,
    updates: [],
    buried: { by: second, tombstone: Uint8Array.of(7, 8, 9) },
  },
];

const holdings: Holdings = new Map([
  [
    incarnation,
    [
      { first: 1, last: 40 },
      { first: 43, last: 43 },
    ],
  ],
  [other, [{ first: 1, last: 3 }]],
]);

const announcement: Announcement = {
  node: '00000000000000a1',
  incarnation,
  generation: 3,
  counter: 17,
  address: 'http://10.0.0.7:8080',
  release: '0.1.0',
  records: { min: 1, max: 1 },
  state: 'ready',
  roll: { members: new Set(['00000000000000a1', '00000000000000a2']), forgotten: new Set(['00000000000000a3']) },
  holdings,
  digest: '0123456789abcdef',
  refused: new Map([[other, [{ first: 2, last: 2 }]]]),
};

const record: ClusterRecord = {
  node: '00000000000000a2',
  generation: 5,
  isFormed: true,
  members: ['00000000000000a1', '00000000000000a2'],
  forgotten: ['00000000000000a3'],
  heard: [announcement],
  unread: [],
  owed: [{ incarnation: other, after: 7, isOwn: true }],
};
const recordBesideUnread: ClusterRecord = {
  ...record,
  unread: [
    { node: '00000000000000a1', generation: 4, address: 'http://10.0.0.7:8080', release: '9.0.0', fault: 'later' },
  ],
};

const status: PeerStatus = {
  announcement: encodeAnnouncement(announcement),
  holdings,
  heard: new Map([['00000000000000a2', Uint8Array.of(123, 125)]]),
};
const wants = { maxBytes: 1_048_576, wants: [{ incarnation, spans: [{ first: 41, last: 42 }] }] };
const asker: Asker = { node: '00000000000000a2', address: 'https://node-2.example.org' };

const event = { id: '9-1', key: 'k', time: 1_790_000_000_000, payload: '{"name":"chat"}' };
const said: Readonly<Record<string, Said>> = {
  hello: { kind: 'hello', question: 5, to: other },
  'hello-to-all': { kind: 'hello', question: 5, to: null },
  here: { kind: 'here', answers: [5, 6], presence: Uint8Array.of(1, 2, 3), eventsHead: '9-1' },
  change: { kind: 'change', presence: Uint8Array.of(1, 2, 3) },
  stateless: { kind: 'stateless', payload: 'ring the bell' },
  part: { kind: 'part', of: 7, index: 1, count: 300, text: 'all the bells – 🔔' },
  event: { kind: 'event', event, epoch: '2:aabbccddeeff0011' },
  'event-of-a-first-life': { kind: 'event', event, epoch: '' },
  keys: { kind: 'keys', epoch: '', keys: [{ id: '9-1', key: 'k', time: 1_790_000_000_000 }] },
  pulse: { kind: 'pulse' },
  rest: { kind: 'rest' },
  bye: { kind: 'bye' },
};
const message = { from: incarnation, life: 2, number: 300 };

const tally: Tally = {
  from: incarnation,
  number: 300,
  digests: new Map([
    [other, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
    ['00000000000000b3', new Uint8Array(16).fill(9)],
  ]),
};

interface Format {
  readonly name: string;
  readonly value: unknown;
  readonly write: () => string;
  readonly read: (text: string) => unknown;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** Written, and understood only by whoever comes to the same themselves. */
function agreed(name: string, derive: () => string): Format {
  return { name, value: derive(), write: derive, read: (text) => text };
}

function digestOf(held: Holdings): string {
  const digest = new HoldingsDigest();
  digest.refresh(held);
  return digest.without([]);
}

function roomsDigestOf(documents: readonly string[]): string {
  const digest = new RoomsDigest();
  for (const [index, document] of documents.entries()) {
    const restsAt = index === 0 ? 0 : 2 ** 40 + index;
    digest.move(roomKeyOf(document), null, { life: index + 1, restsAt });
  }
  return hex(digest.read(16));
}

function namesInRedis(): string {
  const keys = createRedisKeys('quire:');
  return [keys.announcements, keys.stream(incarnation), keys.channel('plan'), RECORD_FIELD].join(' ');
}

const formats: readonly Format[] = [
  {
    name: 'record',
    value: entries,
    write: () => hex(encodeEntries(entries)),
    read: (text) => decodeEntries(bytesOf(text)),
  },
  {
    name: 'announcement',
    value: announcement,
    write: () => Buffer.from(encodeAnnouncement(announcement)).toString(),
    read: (text) => decodeAnnouncement(Buffer.from(text)),
  },
  {
    name: 'cluster-file',
    value: record,
    write: () => formatClusterRecord(record).trimEnd(),
    read: (text) => parseClusterRecord(text, 'cluster.json'),
  },
  {
    name: 'cluster-file-beside-unread',
    value: recordBesideUnread,
    write: () => formatClusterRecord(recordBesideUnread).trimEnd(),
    read: (text) => parseClusterRecord(text, 'cluster.json'),
  },
  {
    name: 'status',
    value: { ...status, announcement: hex(status.announcement), heard: [['00000000000000a2', '7b7d']] },
    write: () => encodeStatus(status),
    read: (text) => {
      const answer = decodeStatus(text);
      return {
        ...answer,
        announcement: hex(answer.announcement),
        heard: [...answer.heard].map(([node, bytes]) => [node, hex(bytes)]),
      };
    },
  },
  { name: 'wants', value: wants, write: () => encodeWants(wants), read: decodeWants },
  { name: 'asker', value: asker, write: () => encodeAsker(asker), read: decodeAsker },
  ...Object.entries(said).map(([name, each]) => ({
    name: `room-${name}`,
    value: { ...message, said: each },
    write: () => hex(encodeRoomMessage({ ...message, said: each })),
    read: (text: string) => decodeRoomMessage(bytesOf(text)),
  })),
  {
    name: 'tally',
    value: tally,
    write: () => hex(encodeTally(tally)),
    read: (text) => decodeTally(bytesOf(text)),
  },
  agreed('digest', () => digestOf(holdings)),
  agreed('rooms-digest', () => roomsDigestOf(['plan', 'team/notes', 'ä ö'])),
  agreed('peer-token', () => derivePeerToken('a secret of the tests that is long enough')),
  agreed('names-in-redis', namesInRedis),
];

/** From the first on. */
function filesOf(name: string): readonly string[] {
  const pattern = new RegExp(`^${name}-\\d+\\.txt$`);
  return readdirSync(GOLDEN)
    .filter((file) => pattern.test(file))
    .sort((one, two) => one.localeCompare(two, 'en', { numeric: true }));
}

const readGolden = (file: string): string => readFileSync(join(GOLDEN, file), 'utf8').trimEnd();

describe('what nodes write', () => {
  it.each(formats)('[R12] as $name is read as every release so far wrote it', ({ name, value, read }) => {
    const files = filesOf(name);
    expect(files, `golden/${name}-1.txt is missing`).not.toEqual([]);
    for (const file of files) expect(read(readGolden(file)), `${file}: ${LOST}`).toEqual(value);
  });

  it.each(formats)('as $name has the bytes that nodes of other releases know', ({ name, write }) => {
    const latest = filesOf(name).at(-1) ?? '';
    expect(write(), `${latest}: ${CHANGED}`).toBe(readGolden(latest));
  });

  it('is all that there is recorded of', () => {
    const known = new Set(formats.flatMap(({ name }) => filesOf(name)));
    expect(readdirSync(GOLDEN).filter((file) => !known.has(file))).toEqual([]);
  });
});
