import { FrameError, FrameReader } from '@quire/protocol';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { type EventKey, type LoggedEvent, MOST_KEYS } from '../../events/event-log.ts';
import { readIncarnation, writeIncarnation } from './incarnation-bytes.ts';
import { MOST_STATELESS_PARTS, type StatelessPart } from './stateless-parts.ts';

/**
 * While a cluster is upgraded nodes of two releases are in one room. A release may append fields to what is said, with a
 * meaning for where they are missing, and say things of new kinds: an earlier one reads past both. What it would
 * misunderstand takes another version, of which it hears nothing.
 */
const VERSION = 1;

/** What is said in a room, which is a document that several nodes have open. */
export type Said =
  /** I have it open: tell me who is there by you. Asked of all, or of one whose words were missed. */
  | { readonly kind: 'hello'; readonly question: number; readonly to: string | null }
  /** Everybody who is here by me; nobody is no bytes. And the last event that I took, of which the others may have missed some. */
  | {
      readonly kind: 'here';
      readonly answers: readonly number[];
      readonly presence: Uint8Array;
      readonly eventsHead: string;
    }
  | { readonly kind: 'change'; readonly presence: Uint8Array }
  | { readonly kind: 'stateless'; readonly payload: string }
  /** Of a stateless message that is too large to be told at once. */
  | ({ readonly kind: 'part' } & StatelessPart)
  /** Apart from what extensions say: events are remembered, and missed. */
  | {
      readonly kind: 'event';
      readonly event: LoggedEvent;
      /** Of which life of the document, as `SharedRoom.epoch` names it. Appended, and left out for the first. */
      readonly epoch: string;
    }
  /** To who has just opened it, of the events that I took: what was sent to me may be sent again there. Like a pulse, it has no number. */
  | { readonly kind: 'keys'; readonly epoch: string; readonly keys: readonly EventKey[] }
  /** Nothing; but whoever missed the last of what was said notices by the number. */
  | { readonly kind: 'pulse' }
  /**
   * The last pulse: from now on tallies stand for me, until I say something again. To those alone who tell tallies themselves. Who
   * does not know it reads a pulse: of an unknown kind it would be the message with that number, which may be what was missed.
   */
  | { readonly kind: 'rest' }
  /** I have closed it. */
  | { readonly kind: 'bye' };

/** What is heard in one. */
export type Heard =
  | Said
  /** Something that a later release has a word for. */
  | { readonly kind: 'unknown' };

export interface RoomMessage<Content = Said> {
  /** The incarnation of the node that says it. */
  readonly from: string;
  /** How manieth time it opened a document: when it opens one again, its numbers begin anew. */
  readonly life: number;
  /** Of everything that it says in a room, from 1 on, without a gap; a pulse repeats the last, and so does a rest. */
  readonly number: number;
  readonly said: Content;
}

const kinds = [
  'hello',
  'here',
  'change',
  'stateless',
  'pulse',
  'bye',
  'event',
  'keys',
  'part',
] as const satisfies readonly Said['kind'][];

/** What is appended to a pulse that is a rest. Whatever a release appends to other pulses stands behind a 0. */
const REST = 1;

/** More than ask within the moment in which they are answered together. */
export const MOST_ANSWERS = 64;

export function encodeRoomMessage({ from, life, number, said }: RoomMessage): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, VERSION);
  writeVarUint(encoder, kinds.indexOf(said.kind === 'rest' ? 'pulse' : said.kind));
  writeIncarnation(encoder, from);
  writeVarUint(encoder, life);
  writeVarUint(encoder, number);
  switch (said.kind) {
    case 'hello':
      writeVarUint(encoder, said.question);
      writeIncarnation(encoder, said.to);
      break;
    case 'here':
      writeVarUint(encoder, said.answers.length);
      for (const question of said.answers) writeVarUint(encoder, question);
      writeVarUint8Array(encoder, said.presence);
      writeVarString(encoder, said.eventsHead);
      break;
    case 'change':
      writeVarUint8Array(encoder, said.presence);
      break;
    case 'stateless':
      writeVarString(encoder, said.payload);
      break;
    case 'part':
      writeVarUint(encoder, said.of);
      writeVarUint(encoder, said.index);
      writeVarUint(encoder, said.count);
      writeVarString(encoder, said.text);
      break;
    case 'event':
      writeVarString(encoder, said.event.id);
      writeVarString(encoder, said.event.key);
      writeVarUint(encoder, said.event.time);
      writeVarString(encoder, said.event.payload);
      if (said.epoch !== '') writeVarString(encoder, said.epoch);
      break;
    case 'keys':
      writeVarString(encoder, said.epoch);
      writeVarUint(encoder, said.keys.length);
      for (const { id, key, time } of said.keys) {
        writeVarString(encoder, id);
        writeVarString(encoder, key);
        writeVarUint(encoder, time);
      }
      break;
    case 'rest':
      writeVarUint(encoder, REST);
      break;
    case 'pulse':
    case 'bye':
      break;
    default:
      said satisfies never;
  }
  return toUint8Array(encoder);
}

/** @throws {FrameError} `unknown-type` for another version, and whatever else is wrong with the bytes */
export function decodeRoomMessage(bytes: Uint8Array): RoomMessage<Heard> {
  const reader = new FrameReader(bytes);
  const version = reader.readUint();
  if (version !== VERSION)
    throw new FrameError('unknown-type', `version ${version} of what is said in rooms is not known`);
  const kind = kinds[reader.readUint()];
  const from = readIncarnation(reader);
  if (from === null) throw new FrameError('bad-address', 'what is said in a room is said by somebody');
  return {
    from,
    life: reader.readUint(),
    number: reader.readUint(),
    said: kind === undefined ? { kind: 'unknown' } : readSaid(reader, kind),
  };
}

function readSaid(reader: FrameReader, kind: (typeof kinds)[number]): Said {
  switch (kind) {
    case 'hello':
      return { kind, question: reader.readUint(), to: readIncarnation(reader) };
    case 'here':
      return { kind, answers: readAnswers(reader), presence: reader.readBytes(), eventsHead: reader.readText() };
    case 'change':
      return { kind, presence: reader.readBytes() };
    case 'stateless':
      return { kind, payload: reader.readText() };
    case 'part':
      return { kind, ...readPart(reader) };
    case 'event':
      return { kind, event: readEvent(reader), epoch: reader.hasMore ? reader.readText() : '' };
    case 'keys':
      return { kind, epoch: reader.readText(), keys: readKeys(reader) };
    case 'pulse':
      return { kind: reader.hasMore && reader.readUint() === REST ? 'rest' : kind };
    case 'bye':
      return { kind };
    default:
      return kind satisfies never;
  }
}

function readPart(reader: FrameReader): StatelessPart {
  const [of, index, count] = [reader.readUint(), reader.readUint(), reader.readUint()];
  if (count > MOST_STATELESS_PARTS || index >= count)
    throw new FrameError('bad-number', `part ${index} of ${count} is none`);
  return { of, index, count, text: reader.readText() };
}

function readEvent(reader: FrameReader): LoggedEvent {
  return { id: reader.readText(), key: reader.readText(), time: reader.readUint(), payload: reader.readText() };
}

function readKeys(reader: FrameReader): EventKey[] {
  const count = reader.readUint();
  if (count > MOST_KEYS) throw new FrameError('bad-number', `at most ${MOST_KEYS} keys of events are told at once`);
  return Array.from({ length: count }, () => ({
    id: reader.readText(),
    key: reader.readText(),
    time: reader.readUint(),
  }));
}

function readAnswers(reader: FrameReader): number[] {
  const count = reader.readUint();
  if (count > MOST_ANSWERS) throw new FrameError('bad-number', `at most ${MOST_ANSWERS} are answered at once`);
  return Array.from({ length: count }, () => reader.readUint());
}
