import type { ClientFrame, CloseCode, ServerFrame } from '@quire/protocol';
import * as Y from 'yjs';
import type { CollabSession } from '../collab/collab-session.ts';
import type { Collaboration } from '../collab/collaboration.ts';
import { FakePort } from './fake-port.ts';

const origin = { remoteAddress: '127.0.0.1', url: new URL('http://localhost/collab'), headers: new Headers() };

export interface PageOptions {
  /** What it brings; left out, it comes with empty hands. */
  readonly doc?: Y.Doc;
  readonly token?: string;
  /** Which life that is of, empty when it has none: as our own client says. Left out: as other providers do, it says nothing. */
  readonly epoch?: string;
}

/** Somebody's page in the Hocuspocus dialect without a network: it hears what it was sent when a test has it `read`. */
export class Page {
  readonly doc: Y.Doc;
  readonly heard: ServerFrame[] = [];
  /** How many times it was told "saved". */
  receipts = 0;
  /** With which names its connection was ended. */
  readonly ends: string[] = [];
  readonly port = new FakePort();
  /** Which life its copy is of, as far as it was told. */
  epoch: string | null;
  readonly #session: CollabSession;
  readonly #name: string;
  readonly #stopListening: () => void;

  constructor(collaboration: Collaboration, name: string, { doc = new Y.Doc(), token = '', epoch }: PageOptions = {}) {
    this.doc = doc;
    this.epoch = epoch ?? null;
    this.#name = name;
    this.#session = collaboration.openSession(this.port, origin);
    this.say({ kind: 'token', token, providerVersion: null, ...(epoch === undefined ? {} : { epoch }) });
    this.say({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
    const listen = (update: Uint8Array, from: unknown): void => {
      // Our own client keeps what is typed before the handshake for its step 2; others send it at once.
      if (from !== this && (epoch === undefined || this.isIn)) this.#send({ kind: 'update', update });
    };
    doc.on('update', listen);
    this.#stopListening = () => doc.off('update', listen);
  }

  /** Called with each edit that it sends, and each time that it is told "saved". */
  onSent: (update: Uint8Array) => void = () => {};
  onSaved: () => void = () => {};

  /** The handshake is over, as far as it was read. */
  get isIn(): boolean {
    return this.heard.some(({ kind }) => kind === 'step-2');
  }

  get closedWith(): CloseCode | null {
    return this.port.closedWith;
  }

  get text(): string {
    this.read();
    return this.doc.getText('body').toString();
  }

  type(text: string): void {
    const body = this.doc.getText('body');
    body.insert(body.length, text);
  }

  say(frame: ClientFrame): void {
    if (this.port.isOpen) this.#session.receive(this.#name, frame, null);
  }

  read(): this {
    for (const frame of this.port.takeFrames()) {
      this.heard.push(frame);
      switch (frame.kind) {
        case 'authenticated':
          if (frame.epoch !== undefined) this.epoch = frame.epoch;
          break;
        case 'step-1':
          this.#send({ kind: 'step-2', update: Y.encodeStateAsUpdate(this.doc, frame.stateVector) });
          break;
        case 'step-2':
        case 'update':
          Y.applyUpdate(this.doc, frame.update, this);
          break;
        case 'receipt':
          if (!frame.durable) break;
          this.receipts += 1;
          this.onSaved();
          break;
        case 'closed':
        case 'denied':
          this.ends.push(frame.reason);
          break;
        default:
      }
    }
    return this;
  }

  #send(frame: Extract<ClientFrame, { kind: 'update' | 'step-2' }>): void {
    if (this.port.isOpen) this.onSent(frame.update);
    this.say(frame);
  }

  leave(): void {
    this.#stopListening();
    this.#session.end(1006, '');
    this.port.isOpen = false;
  }
}
