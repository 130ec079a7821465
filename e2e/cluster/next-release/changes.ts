import { novelties } from './novelties.ts';

/* What the next release has in the place of today's: by module of the server, and by what that exports. */

/** `Today` is what a change needs of a module that e2e may not import. */
type Change<Today = never> = Readonly<Record<string, (today: Today) => unknown>>;
type Json = Readonly<Record<string, unknown>>;

export const RELEASE = '99.0.0';
const RECORD_VERSION = 2;
const ANNOUNCEMENT_VERSION = 2;
/** What today's release has no name for. */
const LATER = { region: 'north', load: [0.5, { queue: 3 }] };

const parse = (text: string): Json => JSON.parse(text);

interface EntryRecord {
  encodeEntries(entries: unknown): Uint8Array;
  decodeEntries(record: Uint8Array): unknown;
}

const entryRecord: Change<EntryRecord> = {
  RECORD_VERSIONS: () => ({ min: 1, max: novelties.has('records') ? RECORD_VERSION : 1 }),
  encodeEntries: (today) => (entries: readonly { readonly document: string }[]) => {
    const record = today.encodeEntries(entries);
    const isNew = novelties.has('records') && entries.some(({ document }) => document.startsWith('new/'));
    return isNew ? Buffer.concat([Uint8Array.of(RECORD_VERSION), record]) : record;
  },
  decodeEntries: (today) => (record: Uint8Array) => {
    const isNew = novelties.has('records') && record[0] === RECORD_VERSION;
    return today.decodeEntries(isNew ? record.subarray(1) : record);
  },
};

interface Announcement {
  announcementToJson(said: unknown): Json;
  announcementFromJson(json: Json): unknown;
}

const announcement: Change<Announcement> = {
  encodeAnnouncement: (today) => (said: unknown) => Buffer.from(JSON.stringify(say(today, said))),
  announcementToJson: (today) => (said: unknown) => say(today, said),
  decodeAnnouncement: (today) => (bytes: Uint8Array) => hear(today, parse(Buffer.from(bytes).toString())),
  announcementFromJson: (today) => (json: Json) => hear(today, json),
};

function say(today: Announcement, said: unknown): Json {
  const readableBy = novelties.has('announcements') ? ANNOUNCEMENT_VERSION : 1;
  return { ...today.announcementToJson(said), version: ANNOUNCEMENT_VERSION, readableBy, later: LATER };
}

function hear(today: Announcement, json: Json): unknown {
  return today.announcementFromJson({ ...json, readableBy: 1 });
}

interface PeerWire {
  encodeStatus(status: unknown): string;
  encodeWants(wants: unknown): string;
  encodeAsker(asker: unknown): string;
}

const peerWire: Change<PeerWire> = {
  encodeStatus: (today) => (status: unknown) => JSON.stringify({ ...parse(today.encodeStatus(status)), later: LATER }),
  encodeWants: (today) => (wants: unknown) => JSON.stringify({ ...parse(today.encodeWants(wants)), later: LATER }),
  encodeAsker: (today) => (asker: unknown) => {
    const json = parse(Buffer.from(today.encodeAsker(asker), 'base64url').toString());
    return Buffer.from(JSON.stringify({ ...json, later: LATER })).toString('base64url');
  },
};

interface RoomMessage {
  encodeRoomMessage(message: unknown): Uint8Array;
}

const roomMessage: Change<RoomMessage> = {
  // Behind all that today's release reads of a message. What it may leave out has to be there then.
  encodeRoomMessage: (today) => (message: { readonly said: { readonly kind: string; readonly epoch?: string } }) => {
    const bytes = today.encodeRoomMessage(message);
    const { epoch, kind } = message.said;
    const isLeftOut = kind === 'pulse' || (kind === 'event' && epoch === '');
    return Buffer.concat([bytes, Uint8Array.of(...(isLeftOut ? [0] : [])), Buffer.from('later')]);
  },
};

interface TallyFormat {
  encodeTally(tally: unknown): Uint8Array;
}

const tally: Change<TallyFormat> = {
  encodeTally: (today) => (said: unknown) => Buffer.concat([today.encodeTally(said), Buffer.from('later')]),
};

export const changes: Readonly<Record<string, Change>> = {
  version: { version: () => RELEASE },
  'cluster/entry-record': entryRecord,
  'cluster/announcement': announcement,
  'cluster/http/peer-wire': peerWire,
  'cluster/rooms/room-message': roomMessage,
  'cluster/rooms/tally': tally,
};
