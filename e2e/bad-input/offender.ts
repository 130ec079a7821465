import {
  type ClientFrame,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  type YWebsocketClientFrame,
} from '@quire/protocol';
import { type FrameSocket, openFrameSocket } from '@quire/testing';
import * as Y from 'yjs';

export type DialectName = 'hocuspocus' | 'y-websocket';
export const dialects: readonly DialectName[] = ['hocuspocus', 'y-websocket'];

/** Writes what a client of one document says. */
export interface FrameWriter {
  readonly dialect: DialectName;
  readonly document: string;
  /** A frame as the protocol has it. */
  encode(frame: YWebsocketClientFrame): Uint8Array;
  /** What stands before the type of a message in this dialect, and the message. */
  raw(...message: readonly number[]): Uint8Array;
}

/** Somebody who is let in like everybody else, and then sends what they like. */
export interface Offender extends FrameWriter {
  readonly socket: FrameSocket;
}

export function createFrameWriter(dialect: DialectName, document: string): FrameWriter {
  if (dialect === 'y-websocket') {
    return { dialect, document, encode: encodeYWebsocketFrame, raw: (...message) => new Uint8Array(message) };
  }
  // An address, and a type that is then taken off again.
  const prefix = encodeHocuspocusFrame(document, { kind: 'close' }).slice(0, -1);
  return {
    dialect,
    document,
    encode: (frame) => encodeHocuspocusFrame(document, frame),
    raw: (...message) => new Uint8Array([...prefix, ...message]),
  };
}

export async function enter(wsUrl: string, dialect: DialectName, document: string): Promise<Offender> {
  return dialect === 'hocuspocus' ? enterWithHocuspocus(wsUrl, document) : enterWithYWebsocket(wsUrl, document);
}

async function enterWithHocuspocus(wsUrl: string, document: string): Promise<Offender> {
  const socket = await openFrameSocket(`${wsUrl}/collab`);
  const say = (frame: ClientFrame): void => socket.send(encodeHocuspocusFrame(document, frame));
  say({ kind: 'token', token: '', providerVersion: null });
  say({ kind: 'step-1', stateVector: Y.encodeStateVector(new Y.Doc()) });
  await socket.next((frame) => decodeServerFrame(frame).frame.kind === 'step-2' || null, 'the document is not sent');
  return { ...createFrameWriter('hocuspocus', document), socket };
}

async function enterWithYWebsocket(wsUrl: string, document: string): Promise<Offender> {
  const socket = await openFrameSocket(`${wsUrl}/yjs/${encodeURIComponent(document)}`);
  socket.send(encodeYWebsocketFrame({ kind: 'step-1', stateVector: Y.encodeStateVector(new Y.Doc()) }));
  await socket.next((frame) => decodeYWebsocketFrame(frame).kind === 'step-2' || null, 'the document is not sent');
  return { ...createFrameWriter('y-websocket', document), socket };
}

/** The client under which offenders write, so that whatever is kept of them can be found. */
export const OFFENDING_CLIENT = 666;

/** A healthy update, which would put a word into the document. */
export function writeUpdate(word: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = OFFENDING_CLIENT;
  doc.getText('body').insert(0, word);
  return Y.encodeStateAsUpdate(doc);
}

/** Numbers, each a part of its own. */
export function writeList(length: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = OFFENDING_CLIENT;
  doc.getArray('list').push(Array.from({ length }, (_, at) => at));
  return Y.encodeStateAsUpdate(doc);
}

/** Lists inside each other. */
export function writeNest(depth: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = OFFENDING_CLIENT;
  let around = doc.getArray('list');
  for (let level = 0; level < depth; level += 1) {
    const inner = new Y.Array();
    around.push([inner]);
    around = inner;
  }
  return Y.encodeStateAsUpdate(doc);
}

/** Of somebody who has heard of many. */
export function writeStateVector(clients: number): Uint8Array {
  const clocks = new Map(Array.from({ length: clients }, (_, at) => [at, 1]));
  // A snapshot is a set of deletions, one byte when there are none, and a state vector.
  return Y.encodeSnapshot(Y.createSnapshot(Y.createDeleteSet(), clocks)).slice(1);
}

/** Healthy updates of one client, of which all but the first need one that is never sent. */
export function* writeOrphans(count: number): Generator<Uint8Array> {
  const doc = new Y.Doc();
  doc.clientID = OFFENDING_CLIENT;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index <= count; index += 1) doc.getText('body').insert(index, 'x');
  // Every second one: with all of the rest, Yjs would make a single long one of them.
  for (let index = 1; index <= count; index += 2) yield updates[index] as Uint8Array;
}

/** Updates by two people, each of whose words come after the other's; no two updates have anybody in common. */
export function* writeCircles(count: number): Generator<Uint8Array> {
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [OFFENDING_CLIENT + 1 + 2 * index, OFFENDING_CLIENT + 2 + 2 * index];
    yield Y.mergeUpdates([writeAfter(one, other), writeAfter(other, one)]);
  }
}

/** By many people, each of whose words come after the next one's; the last one's is missing. */
export function* writeChain(length: number): Generator<Uint8Array> {
  for (let index = 1; index <= length; index += 1) {
    yield writeAfter(OFFENDING_CLIENT + index, OFFENDING_CLIENT + index + 1);
  }
}

/** The first word of `client`, behind the first one of `other`; without that one. */
function writeAfter(client: number, other: number): Uint8Array {
  const first = new Y.Doc();
  first.clientID = other;
  first.getText('body').insert(0, 'x');
  const second = new Y.Doc();
  second.clientID = client;
  Y.applyUpdate(second, Y.encodeStateAsUpdate(first));
  second.getText('body').insert(1, 'x');
  return Y.encodeStateAsUpdate(second, Y.encodeStateVector(first));
}

/** A healthy update, its one part written twice: of those Yjs would read the second. */
export function writeTwice(word: string): Uint8Array {
  const update = writeUpdate(word);
  return new Uint8Array([2, ...update.slice(1, -1), ...update.slice(1)]);
}
