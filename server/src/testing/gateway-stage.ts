import type { DocumentStore } from '@quire/persistence';
import { type ClientFrame, decodeServerFrame, encodeHocuspocusFrame, type ServerFrame } from '@quire/protocol';
import { type HocuspocusPerson, joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type StartedGateway, type StartOptions, startGateway } from './start-gateway.ts';

type Person = ReturnType<typeof joinWithYWebsocket>;
type JoinOptions = Parameters<typeof joinWithYWebsocket>[2];
type HocuspocusOptions = Parameters<typeof joinWithHocuspocus>[2];

export const EMPTY_UPDATE = Y.encodeStateAsUpdate(new Y.Doc());
export const EMPTY_VECTOR = Y.encodeStateVector(new Y.Doc());

/** A client of the Hocuspocus dialect that does only what a test tells it to. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly heard: readonly ServerFrame[];
  /** Resolves with the code with which its socket was closed. */
  readonly closed: Promise<number>;
  say(frame: Parameters<typeof encodeHocuspocusFrame>[1]): void;
  /** How many edits it was told are durable. */
  receipts(): number;
}

/** The gateways of one test and the people on them; closes them all. */
export interface GatewayStage {
  readonly start: (options?: StartOptions) => Promise<StartedGateway>;
  readonly joinHocuspocus: (url: string, name: string, options?: HocuspocusOptions) => HocuspocusPerson;
  readonly joinYWebsocket: (url: string, name: string, options?: JoinOptions) => Person;
  /** Resolves once it is let in. @param frames sent together with its token, as providers do */
  readonly openRaw: (url: string, name: string, frames?: readonly ClientFrame[]) => Promise<RawClient>;
  /** Has something end with the stage, before what was started earlier. */
  readonly atEnd: (end: () => unknown) => void;
  readonly close: () => Promise<void>;
}

export function createGatewayStage(): GatewayStage {
  const ends: (() => unknown)[] = [];
  const atEnd = (end: () => unknown): void => void ends.push(end);
  return {
    atEnd,
    async start(options) {
      const gateway = await startGateway(options);
      atEnd(() => gateway.close());
      return gateway;
    },
    joinHocuspocus(url, name, options) {
      const person = joinWithHocuspocus(url, name, options);
      atEnd(() => person.leave());
      return person;
    },
    joinYWebsocket(url, name, options) {
      const person = joinWithYWebsocket(url, name, options);
      atEnd(() => person.leave());
      return person;
    },
    async openRaw(url, name, frames = []) {
      const client = await openRaw(url, name, frames);
      atEnd(() => client.socket.terminate());
      return client;
    },
    async close() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

async function openRaw(url: string, name: string, frames: readonly ClientFrame[]): Promise<RawClient> {
  const socket = new WebSocket(`${url}/collab`);
  const heard: ServerFrame[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer) => heard.push(decodeServerFrame(data).frame));
  await new Promise((resolve) => socket.on('open', resolve));
  const say: RawClient['say'] = (frame) => socket.send(encodeHocuspocusFrame(name, frame));
  say({ kind: 'token', token: '', providerVersion: null });
  for (const frame of frames) say(frame);
  await until(() => heard.some((frame) => frame.kind === 'authenticated' && frame.scope === 'read-write'), {
    what: `nobody is let into ${name}`,
  });
  const receipts = () => heard.filter((frame) => frame.kind === 'receipt' && frame.durable).length;
  return { socket, heard, closed, say, receipts };
}

/** One update for each key. */
export function keystrokes(count: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < count; index += 1) doc.getText('body').insert(index, 'x');
  return updates;
}

export function textOf(doc: Y.Doc): string {
  return doc.getText('body').toString();
}

/** The text that a document has in the store. */
export async function storedText(store: DocumentStore, name: string): Promise<string> {
  const loaded = await store.load(name);
  const doc = new Y.Doc();
  if (loaded?.snapshot != null) Y.applyUpdate(doc, loaded.snapshot);
  for (const entry of loaded?.entries ?? []) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
  return textOf(doc);
}
