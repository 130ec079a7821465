// @y/websocket-server with y-leveldb behind `setPersistence`, which is what its YPERSISTENCE variable once did: that
// does nothing any more. Everything else is as its own server.js sets it up.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { announce, importPeer, readPeerSettings } from './import-peer.ts';

/** A document of the Yjs that the server brings, which is another one than y-leveldb's. */
interface ServerDocument {
  on(event: 'update', listener: (update: Uint8Array) => void): void;
}

interface ServerModule {
  setupWSConnection(connection: unknown, request: IncomingMessage): void;
  setPersistence(persistence: {
    provider: unknown;
    bindState(name: string, document: ServerDocument): Promise<void>;
    writeState(name: string, document: ServerDocument): Promise<void>;
  }): void;
}

interface LeveldbModule {
  readonly LeveldbPersistence: new (
    directory: string,
  ) => {
    getYDoc(name: string): Promise<object>;
    storeUpdate(name: string, update: Uint8Array): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

interface YjsModule {
  encodeStateAsUpdate(document: object): Uint8Array;
}

interface SyncModule {
  readUpdate(decoder: unknown, document: ServerDocument, origin: unknown): void;
}

interface DecodingModule {
  createDecoder(bytes: Uint8Array): unknown;
}

interface EncodingModule {
  createEncoder(): unknown;
  writeVarUint8Array(encoder: unknown, bytes: Uint8Array): void;
  toUint8Array(encoder: unknown): Uint8Array;
}

interface WsModule {
  readonly WebSocketServer: new (
    settings: object,
  ) => {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (connection: unknown) => void): void;
  };
}

const { setupWSConnection, setPersistence } = await importPeer<ServerModule>('@y/websocket-server/utils');
const { LeveldbPersistence } = await importPeer<LeveldbModule>('y-leveldb');
const { encodeStateAsUpdate } = await importPeer<YjsModule>('yjs');
const { WebSocketServer } = await importPeer<WsModule>('ws');
const sync = await importPeer<SyncModule>('@y/protocols/sync');
const decoding = await importPeer<DecodingModule>('lib0/decoding');
const encoding = await importPeer<EncodingModule>('lib0/encoding');

const { dataDirectory } = readPeerSettings();
const leveldb = new LeveldbPersistence(join(dataDirectory, 'leveldb'));

/** By way of the server's own protocol code, which knows the Yjs that the document belongs to. */
function applyUpdate(document: ServerDocument, update: Uint8Array): void {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint8Array(encoder, update);
  sync.readUpdate(decoding.createDecoder(encoding.toUint8Array(encoder)), document, 'y-leveldb');
}

setPersistence({
  provider: leveldb,
  async bindState(name, document) {
    document.on('update', (update) => {
      leveldb.storeUpdate(name, update).catch(reportAndEnd);
    });
    const stored = await leveldb.getYDoc(name);
    applyUpdate(document, encodeStateAsUpdate(stored));
  },
  writeState: async () => {}, // every update is stored as it comes
});

function reportAndEnd(error: unknown): void {
  console.error(error);
  process.exit(1);
}

const webSockets = new WebSocketServer({ noServer: true });
const server = createServer((_request, response) => response.end('okay'));
server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (connection) => setupWSConnection(connection, request));
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
process.once('SIGTERM', () => {
  leveldb.destroy().then(() => process.exit(0), reportAndEnd);
});
