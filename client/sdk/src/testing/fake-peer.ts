import {
  type ClientFrame,
  type ClientFrameKind,
  closeCodes,
  decodeHocuspocusFrame,
  encodeServerFrame,
  hocuspocusTypes,
  parseAddress,
  syncTypes,
} from '@quire/protocol';
import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from 'lib0/encoding';
import { type WebSocket, WebSocketServer } from 'ws';
import * as Y from 'yjs';

/** What the peer heard on one socket. */
export interface PeerConnection {
  readonly heard: readonly { readonly address: string; readonly document: string; readonly kind: ClientFrameKind }[];
  readonly isOpen: boolean;
  /** The path and query that it asked for. */
  readonly url: string;
}

/**
 * A server that behaves until told otherwise: for faults that the real one does not show on command. It keeps documents
 * in memory and follows the receipt rules of Quire's dialect.
 */
export class FakePeer {
  /** Receipts wait for {@link releaseReceipts}. */
  holdsReceipts = false;
  /** The handshake stops after this: nothing is answered beyond. */
  answersUpTo: 'nothing' | 'authenticated' | 'step-2' = 'step-2';
  isFrozen = false;
  scope: 'read-write' | 'readonly' = 'read-write';
  denies: string | null = null;
  /** Ends a document's connection with this reason, instead of taking content from it. */
  buries: string | null = null;
  /** Which life its documents are in; null: it says nothing of lives. */
  epoch: string | null = null;
  /** Of which life clients said their copy is. */
  readonly claims: (string | undefined)[] = [];
  tokens: string[] = [];
  readonly connections: FakeConnection[] = [];
  readonly documents = new Map<string, Y.Doc>();
  readonly port: number;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the peer is not listening');
    this.port = address.port;
    server.on('connection', (socket, { url = '' }) => this.connections.push(new FakeConnection(this, socket, url)));
  }

  static start(port = 0): Promise<FakePeer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/collab' });
    return new Promise((resolve, reject) => {
      server.once('listening', () => resolve(new FakePeer(server)));
      server.once('error', reject);
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/collab`;
  }

  get open(): readonly FakeConnection[] {
    return this.connections.filter((connection) => connection.isOpen);
  }

  get heldReceipts(): number {
    return this.open.reduce((sum, connection) => sum + connection.heldReceipts, 0);
  }

  document(name: string): Y.Doc {
    const known = this.documents.get(name);
    if (known !== undefined) return known;
    const doc = new Y.Doc();
    this.documents.set(name, doc);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      for (const connection of this.open) if (connection !== origin) connection.tell(name, update);
    });
    return doc;
  }

  /** Sends up to `count` of the receipts that were held back, oldest first. */
  releaseReceipts(count = Number.POSITIVE_INFINITY): void {
    for (const connection of this.open) connection.releaseReceipts(count);
  }

  /** Ends every socket: with a close code, or without a word. */
  drop(code?: number, reason?: string): void {
    for (const connection of this.open) connection.drop(code, reason);
  }

  closeDocument(name: string, reason: string): void {
    for (const connection of this.open) connection.closeDocument(name, reason);
  }

  askForToken(name: string): void {
    for (const connection of this.open) connection.askForToken(name);
  }

  relayPresence(from: FakeConnection, name: string, presence: Uint8Array): void {
    for (const connection of this.open) if (connection !== from) connection.tellPresence(name, presence);
  }

  /** What the others last said of themselves. */
  presenceBesides(newcomer: FakeConnection, name: string): Uint8Array[] {
    const others = this.open.filter((connection) => connection !== newcomer);
    return others.flatMap((connection) => connection.lastPresence.get(name) ?? []);
  }

  async stop(): Promise<void> {
    for (const connection of this.open) connection.drop();
    for (const doc of this.documents.values()) doc.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

class FakeConnection implements PeerConnection {
  readonly heard: { address: string; document: string; kind: ClientFrameKind }[] = [];
  /** Content sent in handshakes. */
  stepTwoBytes = 0;
  readonly lastPresence = new Map<string, Uint8Array>();
  readonly url: string;
  readonly #peer: FakePeer;
  readonly #socket: WebSocket;
  /** Raw addresses by document. */
  readonly #joined = new Map<string, string>();
  #held: { address: string; durable: boolean }[] = [];

  constructor(peer: FakePeer, socket: WebSocket, url: string) {
    this.#peer = peer;
    this.url = url;
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Uint8Array) => this.#receive(data));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get heldReceipts(): number {
    return this.#held.length;
  }

  /** In the order in which it was first spoken to at each. */
  addresses(): string[] {
    return [...new Set(this.heard.map(({ address }) => address))];
  }

  kindsHeard(document?: string): ClientFrameKind[] {
    return this.heard
      .filter((frame) => document === undefined || frame.document === document)
      .map((frame) => frame.kind);
  }

  tell(name: string, update: Uint8Array): void {
    const address = this.#joined.get(name);
    if (address !== undefined) this.#send(encodeServerFrame(address, { kind: 'update', update }));
  }

  tellPresence(name: string, presence: Uint8Array): void {
    const address = this.#joined.get(name);
    if (address !== undefined) this.#send(encodeServerFrame(address, { kind: 'presence', presence }));
  }

  releaseReceipts(count: number): void {
    for (const { address, durable } of this.#held.splice(0, count))
      this.#send(encodeServerFrame(address, { kind: 'receipt', durable }));
  }

  askForToken(name: string): void {
    const address = this.#joined.get(name);
    if (address !== undefined) this.#send(encodeServerFrame(address, { kind: 'token-request' }));
  }

  sayStateless(name: string, payload: string): void {
    const address = this.#joined.get(name);
    if (address !== undefined) this.#send(encodeServerFrame(address, { kind: 'stateless', payload }));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  closeDocument(name: string, reason: string): void {
    const address = this.#joined.get(name);
    if (address === undefined) return;
    this.#joined.delete(name);
    this.#send(
      frame(address, (encoder) => {
        writeVarUint(encoder, hocuspocusTypes.close);
        writeVarString(encoder, reason);
      }),
    );
  }

  drop(code?: number, reason?: string): void {
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }

  #receive(data: Uint8Array): void {
    const decoded = decodeHocuspocusFrame(data);
    if (decoded.scope === 'socket') return;
    const { document, raw } = parseAddress(decoded.rawAddress);
    this.heard.push({ address: raw, document, kind: decoded.frame.kind });
    if (!this.#peer.isFrozen) this.#answer(document, raw, decoded.frame);
  }

  #answer(document: string, address: string, clientFrame: ClientFrame): void {
    switch (clientFrame.kind) {
      case 'token':
        this.#peer.tokens.push(clientFrame.token);
        this.#peer.claims.push(clientFrame.epoch);
        if (this.#peer.answersUpTo !== 'nothing') this.#authenticate(document, address, clientFrame.epoch);
        return;
      case 'step-1':
        if (this.#peer.answersUpTo === 'step-2' && this.#joined.has(document)) {
          this.#handshake(document, address, clientFrame.stateVector);
        }
        return;
      case 'step-2':
      case 'update':
        if (this.#joined.has(document)) this.#take(document, address, clientFrame.update);
        return;
      case 'presence':
        this.lastPresence.set(document, new Uint8Array(clientFrame.presence));
        this.#peer.relayPresence(this, document, clientFrame.presence);
        return;
      case 'query-presence':
        // A message about nobody: a sign of life.
        this.#send(encodeServerFrame(address, { kind: 'presence', presence: new Uint8Array([0]) }));
        return;
      case 'close':
        this.#joined.delete(document);
        return;
      case 'stateless':
        return;
      default:
        clientFrame satisfies never;
    }
  }

  #authenticate(document: string, address: string, claim: string | undefined): void {
    const { denies, scope, epoch } = this.#peer;
    if (denies !== null) {
      this.#send(encodeServerFrame(address, { kind: 'denied', reason: denies }));
      return;
    }
    this.#joined.set(document, address);
    const life: { readonly epoch?: string } = epoch === null || claim === undefined ? {} : { epoch };
    this.#send(encodeServerFrame(address, { kind: 'authenticated', scope, ...life }));
    if (epoch !== null && claim !== undefined && claim !== '' && claim !== epoch) {
      this.closeDocument(document, closeCodes.staleEpoch.name);
    }
  }

  #handshake(document: string, address: string, stateVector: Uint8Array): void {
    const doc = this.#peer.document(document);
    const sync = (type: number, bytes: Uint8Array) =>
      frame(address, (encoder) => {
        writeVarUint(encoder, hocuspocusTypes.sync);
        writeVarUint(encoder, type);
        writeVarUint8Array(encoder, bytes);
      });
    this.#send(sync(syncTypes.step1, Y.encodeStateVector(doc)));
    const missing = Y.encodeStateAsUpdate(doc, stateVector);
    this.stepTwoBytes += missing.length;
    this.#send(sync(syncTypes.step2, missing));
    for (const presence of this.#peer.presenceBesides(this, document))
      this.#send(encodeServerFrame(address, { kind: 'presence', presence }));
  }

  #take(document: string, address: string, update: Uint8Array): void {
    if (this.#peer.buries !== null) {
      this.closeDocument(document, this.#peer.buries);
      return;
    }
    const durable = this.#peer.scope === 'read-write';
    if (durable) Y.applyUpdate(this.#peer.document(document), update, this);
    this.#held.push({ address, durable });
    if (!this.#peer.holdsReceipts) this.releaseReceipts(Number.POSITIVE_INFINITY);
  }

  #send(bytes: Uint8Array): void {
    if (this.isOpen && !this.#peer.isFrozen) this.#socket.send(bytes);
  }
}

function frame(address: string, write: (encoder: Encoder) => void): Uint8Array {
  const encoder = createEncoder();
  writeVarString(encoder, address);
  write(encoder);
  return toUint8Array(encoder);
}
