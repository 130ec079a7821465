import type { ClientFrame, CloseCode, ServerFrame } from '@quire/protocol';
import * as Y from 'yjs';
import type { CollabSession } from '../collab/collab-session.ts';
import type { Collaboration } from '../collab/collaboration.ts';
import { FakePort } from './fake-port.ts';

const origin = { remoteAddress: '127.0.0.1', url: new URL('http://localhost/collab'), headers: new Headers() };

/** Somebody's page in the Hocuspocus dialect without a network: it hears what it was sent when a test has it `read`. */
export class Page {
  readonly doc: Y.Doc;
  readonly heard: ServerFrame[] = [];
  /** How many times it was told "saved". */
  receipts = 0;
  /** With which names its connection was ended. */
  readonly ends: string[] = [];
  readonly port = new FakePort();
  readonly #session: CollabSession;
  readonly #name: string;

  /** @param doc what it brings; left out, it comes with empty hands */
  constructor(collaboration: Collaboration, name: string, doc = new Y.Doc(), token = '') {
    this.doc = doc;
    this.#name = name;
    this.#session = collaboration.openSession(this.port, origin);
    this.say({ kind: 'token', token, providerVersion: null });
    this.say({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
    doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from !== this) this.say({ kind: 'update', update });
    });
  }

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
        case 'step-1':
          this.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(this.doc, frame.stateVector) });
          break;
        case 'step-2':
        case 'update':
          Y.applyUpdate(this.doc, frame.update, this);
          break;
        case 'receipt':
          if (frame.durable) this.receipts += 1;
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

  leave(): void {
    this.#session.end(1006, '');
    this.port.isOpen = false;
  }
}
