import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@hocuspocus/server';
import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, length, toUint8Array, writeVarUint } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import {
  converged,
  type Dialect,
  type JoinedPerson,
  join,
  type MemoryServer,
  openLink,
  pickPort,
  startServer,
  until,
} from '../index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let server: MemoryServer;
beforeAll(async () => {
  server = await startServer({ storage: 'memory' });
});
afterAll(() => server?.stop());

let documents = 0;

/** Two people in a document of their own, of whom the first has a bad line. */
async function meet(dialect: Dialect): Promise<{ ada: JoinedPerson; ben: JoinedPerson }> {
  documents += 1;
  const ada = await server.join(`plan ${documents}`, { name: 'Ada', dialect });
  const ben = await server.join(`plan ${documents}`, { name: 'Ben' });
  ends.push(
    () => ada.leave(),
    () => ben.leave(),
  );
  return { ada, ben };
}

const bodyOf = ({ doc }: JoinedPerson): string => doc.getText('body').toString();
const write = ({ doc }: JoinedPerson, text: string): void => doc.getText('body').insert(0, text);
const whatHappened = ({ timeline }: JoinedPerson): string[] => timeline.events.map(({ what }) => what);

describe.each(['quire', 'hocuspocus', 'y-websocket'] as const)('on a line that fails, with %s,', (dialect) => {
  test('nothing gets through while it is offline, and all of it once it is online', async () => {
    const { ada, ben } = await meet(dialect);
    await ada.link.offline();
    write(ada, 'offline ');
    write(ben, 'meanwhile ');
    await ben.saved();
    expect([bodyOf(ada), bodyOf(ben)]).toEqual(['offline ', 'meanwhile ']);
    await ada.link.online();
    await ada.saved();
    await converged({ ada, ben });
  });

  test('a connection that is cut comes back, and "synced" waits for that', async () => {
    const { ada, ben } = await meet(dialect);
    const connections = (): number => whatHappened(ada).filter((what) => what === '← connected').length;
    await ada.link.cut();
    write(ben, 'while it was cut');
    await ben.saved();
    await ada.synced();
    expect(connections()).toBe(2);
    await converged({ ada, ben });
  });

  test('one that is half-open looks open, and what was held up arrives', async () => {
    const { ada, ben } = await meet(dialect);
    await ada.link.halfOpen();
    write(ada, 'held up ');
    write(ben, 'free ');
    await ben.saved();
    expect([bodyOf(ada), bodyOf(ben)]).toEqual(['held up ', 'free ']);
    expect(whatHappened(ada)).not.toContain('connection gone');
    await ada.link.online();
    await converged({ ada, ben });
  });

  test('whoever leaves says goodbye, and is gone from the others’ screens', async () => {
    const { ada, ben } = await meet(dialect);
    await until(() => ben.awareness.getStates().has(ada.doc.clientID), { what: 'Ben does not see Ada' });
    await ada.leave();
    await until(() => !ben.awareness.getStates().has(ada.doc.clientID), { what: 'Ben still sees Ada' });
  });
});

test('a line with a delay takes that much longer, and is told so', async () => {
  const { ada, ben } = await meet('hocuspocus');
  await ada.link.delay(60);
  const before = performance.now();
  write(ada, 'late');
  await ada.saved();
  // There and back.
  expect(performance.now() - before).toBeGreaterThan(110);
  await converged({ ada, ben });
  expect(whatHappened(ada)).toContain('link: delayed by 60 ms');
});

test('a slow reader gets little of what the server says, and what they send is not held up', async () => {
  const { ada, ben } = await meet('hocuspocus');
  await ada.link.slowReader({ bytesPerSecond: 64 * 1024 });
  write(ben, 'x'.repeat(1024 * 1024));
  await ben.saved();
  write(ada, 'from the slow one');
  await until(() => bodyOf(ben).includes('from the slow one'), { what: 'the slow reader is not heard' });
  expect(bodyOf(ada)).toBe('from the slow one');
  await ada.link.online();
  await converged({ ada, ben });
});

test('the timeline says what went over the line, without what is secret', async () => {
  const { ada, ben } = await meet('hocuspocus');
  write(ada, 'Hello');
  await ada.saved();
  expect(whatHappened(ada)).toEqual(
    expect.arrayContaining([
      'connects to /collab',
      '← connected',
      '→ token',
      '← let in (read-write)',
      expect.stringMatching(/^← step 2, \d+ bytes$/),
      expect.stringMatching(/^→ update, \d+ bytes$/),
      '← receipt',
    ]),
  );
  await converged({ ada, ben });
  const token = 'a secret one';
  const cleo = await server.join('plan', { name: 'Cleo', dialect: 'y-websocket', token });
  expect(whatHappened(cleo)[0]).toBe('connects to /yjs/plan');
  expect(whatHappened(cleo).join()).not.toContain('secret');
});

test('whoever does not wait is there at once, though nobody answers; who waits is told what happened', async () => {
  const url = `ws://127.0.0.1:${await pickPort()}`;
  const ada = await join(url, 'plan', { waits: false });
  ends.push(() => ada.leave());
  expect(ada.doc.clientID).toBeGreaterThan(0);
  await expect(join(url, 'plan', { name: 'Ben', timeoutMs: 50 })).rejects.toThrow(
    /Ben has not got "plan"\nWhat went over the wire last:\n.*connects to \//,
  );
});

test('faults are for plain connections, and others are refused with a cure', async () => {
  await expect(openLink('wss://example.com')).rejects.toThrow('give the address behind TLS');
});

describe('on a server that is not Quire', () => {
  test('a stock Hocuspocus lets people write, lose their line, and be saved', async () => {
    const stock = new Server({ port: await pickPort(), address: '127.0.0.1', quiet: true, stopOnSignals: false });
    await stock.listen();
    ends.push(() => stock.destroy());
    const url = `ws://127.0.0.1:${stock.address.port}`;
    const [ada, ben] = [await join(url, 'plan', { name: 'Ada' }), await join(url, 'plan', { name: 'Ben' })];
    ends.push(() => Promise.all([ada.leave(), ben.leave()]));
    await ada.link.offline();
    write(ada, 'Hello');
    await ada.link.online();
    await ada.saved();
    await converged({ ada, ben });
  });

  test('any server of y-websocket does too, and saved is what a newcomer gets', async () => {
    const room = await startPlainRoom();
    ends.push(() => room.close());
    const options = { dialect: 'y-websocket' } as const;
    const ada = await join(room.url, 'plan', { ...options, name: 'Ada', timeoutMs: 1_000 });
    const ben = await join(room.url, 'plan', { ...options, name: 'Ben' });
    ends.push(() => Promise.all([ada.leave(), ben.leave()]));
    write(ada, 'Hello');
    await ada.saved();
    await ada.link.halfOpen();
    write(ada, 'Not yet. ');
    await expect(ada.saved()).rejects.toThrow('Ada has edits of "plan" that are not saved');
    await ada.link.online();
    await ada.saved();
    await converged({ ada, ben });
  });

  test.each([
    ['takes connections and answers nothing', 'swallowConnections'],
    ['opens sockets and says nothing on them', 'fallSilent'],
  ] as const)('"saved" has an end, though a newcomer comes to a server that %s', async (_, turnDeaf) => {
    const room = await startPlainRoom();
    ends.push(() => room.close());
    const ada = await join(room.url, 'plan', { dialect: 'y-websocket', name: 'Ada', timeoutMs: 1_000 });
    ends.push(() => ada.leave());
    room[turnDeaf]();
    write(ada, 'Hello');
    await expect(ada.saved()).rejects.toThrow('not within 1000 ms');
  });
});

interface PlainRoom {
  readonly url: string;
  /** Answers no request for a socket any more. */
  swallowConnections(): void;
  /** Opens sockets from now on, and neither listens nor speaks on them. */
  fallSilent(): void;
  close(): void;
}

/** The least that a server of y-websocket does, as its own package does it: one document, from memory. */
async function startPlainRoom(): Promise<PlainRoom> {
  const doc = new Y.Doc();
  let isSilent = false;
  const http = createServer();
  const listener = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const send = (socket: WebSocket, put: (encoder: ReturnType<typeof createEncoder>) => void): void => {
    const encoder = createEncoder();
    writeVarUint(encoder, 0);
    put(encoder);
    if (length(encoder) > 1 && socket.readyState === WebSocket.OPEN) socket.send(toUint8Array(encoder));
  };
  doc.on('update', (update: Uint8Array) => {
    for (const socket of listener.clients) send(socket, (encoder) => syncProtocol.writeUpdate(encoder, update));
  });
  listener.on('connection', (socket) => {
    if (isSilent) return;
    socket.on('message', (data: Buffer) => {
      const decoder = createDecoder(new Uint8Array(data));
      if (readVarUint(decoder) !== 0) return;
      send(socket, (encoder) => syncProtocol.readSyncMessage(decoder, encoder, doc, socket));
    });
    send(socket, (encoder) => syncProtocol.writeSyncStep1(encoder, doc));
  });
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    swallowConnections() {
      http.removeAllListeners('upgrade').on('upgrade', () => {});
    },
    fallSilent() {
      isSilent = true;
    },
    close() {
      for (const socket of listener.clients) socket.terminate();
      listener.close();
      http.close();
      http.closeAllConnections();
    },
  };
}
