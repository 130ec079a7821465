import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ClientFrame,
  decodeHocuspocusFrame,
  decodePresence,
  FrameError,
  FrameReader,
  hocuspocusTypes,
} from '@quire/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import * as Y from 'yjs';
import type { Fault } from './faults.ts';
import { type Member, Room, tell } from './room.ts';

/** A server of the Hocuspocus dialect in this process, which does everything right but what it is told to do wrong. */
export interface SmallServer {
  readonly url: string;
  /** Ends all sockets, and forgets what is not on its disk. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const READER_TOKEN = 'reader';

const BAD_FRAME = 4400;
const MAX_FRAME_BYTES = 64 * 2 ** 20;
const STALLED_BYTES = 2 ** 20;
const LOOK_EVERY_MS = 5;
const NO_LIMITS = { maxEntries: 1_000, maxStateBytes: 2 ** 20 };

export async function startSmallServer(fault: Fault | null = null): Promise<SmallServer> {
  const is = (one: Fault): boolean => one === fault;
  /** What stands for one: it is written before anything is told, and outlives the server, unless it was memory all along. */
  const disk = new Map<string, Uint8Array>();
  const rooms = new Map<string, Room>();
  let updates = 0;
  let listener = await listen(0);
  const { port } = listener.address() as AddressInfo;

  async function listen(at: number): Promise<WebSocketServer> {
    const maxPayload = is('waits for frames of any size') ? 0 : MAX_FRAME_BYTES;
    const server = new WebSocketServer({ host: '127.0.0.1', port: at, maxPayload, perMessageDeflate: false });
    server.on('connection', serve);
    await once(server, 'listening');
    return server;
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const socket of listener.clients) socket.terminate();
    await closed;
  }

  function nameOf(address: string): string {
    return is('takes names for the same that differ in case') ? address.toLowerCase() : address;
  }

  function enterRoom(address: string): Room {
    const name = nameOf(address);
    const open = rooms.get(name);
    if (open !== undefined) return open;
    const room = new Room({
      keepsAll: is('keeps everything for who does not read') || is('waits for the slowest'),
    });
    const stored = disk.get(name);
    if (stored !== undefined) Y.applyUpdate(room.doc, stored);
    rooms.set(name, room);
    return room;
  }

  function serve(socket: WebSocket): void {
    const members = new Map<string, Member>();
    let isDeaf = false;
    let taking = Promise.resolve();
    const roomOf = (member: Member): Room => enterRoom(member.address);
    const leave = (member: Member): void => {
      members.delete(member.address);
      const room = roomOf(member);
      room.remove(member, { keepsPresence: is('keeps who is gone') });
      if (room.members.size === 0) rooms.delete(nameOf(member.address));
    };

    socket.on('error', () => {}); // followed by `close`
    socket.on('close', () => {
      for (const member of [...members.values()]) leave(member);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (!is('waits for the slowest')) return hear(new Uint8Array(data), isBinary);
      taking = taking.then(() => untilAllRead(rooms)).then(() => hear(new Uint8Array(data), isBinary));
    });

    function hear(bytes: Uint8Array, isBinary: boolean): void {
      if (isDeaf) return;
      try {
        if (!isBinary) throw new FrameError('unknown-type', 'a text');
        const said = decodeHocuspocusFrame(bytes);
        if (said.scope === 'document') take(said.rawAddress, said.frame);
      } catch (error) {
        refuse(bytes, error as Error);
      }
    }

    /** What is no frame, or no update; Yjs throws errors of its own. */
    function refuse(bytes: Uint8Array, error: Error): void {
      if (error instanceof FrameError && error.fault === 'unknown-type') {
        if (is('relays what only servers say') && relay(bytes)) return;
        if (is('hears nothing more after a message of an unknown kind')) {
          isDeaf = true;
          return;
        }
      }
      if (!is('passes over what it can not read')) putOut();
    }

    /** Takes nothing more of what is on its way. */
    function putOut(): void {
      isDeaf = true;
      socket.close(BAD_FRAME);
    }

    function relay(bytes: Uint8Array): boolean {
      const reader = new FrameReader(bytes);
      const address = reader.readText();
      if (reader.readUint() !== hocuspocusTypes.broadcastStateless) return false;
      enterRoom(address).broadcast({ kind: 'stateless', payload: reader.readText() }, null);
      return true;
    }

    function take(address: string, frame: ClientFrame): void {
      if (frame.kind === 'token') {
        letIn(address, frame.token);
        return;
      }
      const member = members.get(address);
      if (member === undefined) throw new FrameError('bad-address', 'nobody has opened this here');
      switch (frame.kind) {
        case 'step-1':
          answer(member, frame.stateVector);
          return;
        case 'step-2':
        case 'update':
          takeContent(member, frame);
          return;
        case 'presence':
          takePresence(member, frame.presence);
          return;
        case 'stateless':
          if (is('puts out who says what it does not know')) putOut();
          return;
        case 'close':
          leave(member);
          return;
        case 'query-presence':
          return;
        default:
          frame satisfies never;
      }
    }

    function letIn(address: string, token: string): void {
      const mayWrite = token !== READER_TOKEN || is('lets readers write');
      const member: Member = { address, socket, mayWrite, hasBrought: false, heldReceipts: 0 };
      members.set(address, member);
      const room = roomOf(member);
      const isLoading = room.members.size === 0;
      room.members.add(member);
      tell(member, { kind: 'authenticated', scope: mayWrite ? 'read-write' : 'readonly' });
      if (isLoading && is('shows a document before it is loaded')) {
        tell(member, { kind: 'step-2', update: Y.encodeStateAsUpdate(new Y.Doc()) });
      }
      if (!is('tells nobody who is there')) room.tellPresence(member);
    }

    function answer(member: Member, stateVector: Uint8Array): void {
      const { doc } = roomOf(member);
      tell(member, { kind: 'step-2', update: Y.encodeStateAsUpdate(doc, stateVector) });
      if (!member.hasBrought) tell(member, { kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
    }

    function takeContent(member: Member, frame: Extract<ClientFrame, { kind: 'step-2' | 'update' }>): void {
      if (!member.mayWrite) {
        tell(member, { kind: 'receipt', durable: false });
        return;
      }
      if (frame.kind === 'update') updates += 1;
      const isDropped =
        frame.kind === 'update' ? is('drops every second update') && updates % 2 === 0 : is('takes no step 2');
      if (!isDropped) {
        const taken = is('mixes the documents of a socket') ? [...members.values()] : [member];
        for (const one of taken) write(one, frame.update, frame.kind);
      }
      receipt(member, frame.kind);
    }

    function write(member: Member, update: Uint8Array, kind: 'step-2' | 'update'): void {
      const room = roomOf(member);
      const before = Y.encodeStateVector(room.doc);
      Y.applyUpdate(room.doc, update);
      const isOld = Buffer.compare(before, Y.encodeStateVector(room.doc)) === 0;
      if (isOld && kind === 'update' && is('puts out who repeats an update')) putOut();
      disk.set(nameOf(member.address), Y.encodeStateAsUpdate(room.doc));
      room.broadcast({ kind: 'update', update }, member);
    }

    function receipt(member: Member, kind: 'step-2' | 'update'): void {
      if (kind === 'step-2') member.hasBrought = true;
      member.heldReceipts += 1;
      if (is('receipts nothing') || !(member.hasBrought || is('receipts before the step 2'))) return;
      for (; member.heldReceipts > 0; member.heldReceipts -= 1) tell(member, { kind: 'receipt', durable: true });
    }

    function takePresence(member: Member, presence: Uint8Array): void {
      const room = roomOf(member);
      const entries = decodePresence(presence, NO_LIMITS)
        .filter(({ clientId }) => is('lets anybody speak for anybody') || !room.isSpokenForBy(member, clientId))
        .filter(({ state }) => state !== 'null' || !is('keeps who says that they left'));
      if (entries.length > 0) room.announce(member, entries);
    }
  }

  return {
    url: `ws://127.0.0.1:${port}/collab`,
    async kill() {
      await close();
      rooms.clear();
      if (is('forgets when it is killed')) disk.clear();
    },
    async restart() {
      listener = await listen(port);
    },
    stop: close,
  };
}

async function untilAllRead(rooms: ReadonlyMap<string, Room>): Promise<void> {
  const sockets = [...rooms.values()].flatMap(({ members }) => [...members].map(({ socket }) => socket));
  while (sockets.some((socket) => socket.readyState === socket.OPEN && socket.bufferedAmount > STALLED_BYTES)) {
    await pause(LOOK_EVERY_MS);
  }
}
