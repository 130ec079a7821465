import { joinWithHocuspocus, joinWithYWebsocket, type Random, until } from '@quire/testing';
import * as Y from 'yjs';
import { EditLedger } from '../../crash/edit-ledger.ts';
import { pause } from '../pause.ts';
import type { Colleague } from './colleague.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Stage } from './stage.ts';

/** Between two keystrokes of somebody quick. */
const KEYSTROKE_MS = 40;

/** A published provider with a document, and how its connection is handled. */
interface Entered {
  readonly isIn: boolean;
  readonly isOut: boolean;
  point(cursor: object): void;
  disconnect(): void;
  connect(): void;
  terminate(): void;
  end(): void;
}

/** An unmodified provider, which knows of no single receipt: its edits are safe once somebody else has them. */
export class ProviderColleague implements Colleague {
  readonly name: string;
  readonly doc = new Y.Doc();
  readonly ledger: EditLedger;
  readonly #stage: Stage;
  readonly #join: (doc: Y.Doc) => Entered;
  #entered: Entered | null = null;
  #moves = 0;

  constructor(stage: Stage, name: string, random: Random, join: (doc: Y.Doc) => Entered) {
    this.#stage = stage;
    this.name = name;
    this.#join = join;
    this.ledger = new EditLedger(name, this.doc, random);
  }

  async enter(): Promise<void> {
    this.#entered = this.#join(this.doc);
    this.point();
    await this.#isIn();
  }

  async type(edits: number): Promise<void> {
    for (let made = 0; made < edits && !this.#stage.curtain.aborted; made += 1) {
      this.ledger.make();
      if (made % 3 === 0) this.point();
      await pause(KEYSTROKE_MS, this.#stage.curtain);
    }
  }

  point(): void {
    this.#moves += 1;
    this.#here.point({ anchor: this.#moves, head: this.#moves });
    this.#stage.did('moves');
  }

  async workOffline(edits: number): Promise<void> {
    this.#here.disconnect();
    for (let made = 0; made < edits; made += 1) this.ledger.make();
    // A provider that is told to connect while its socket is still closing takes itself for connected.
    await until(() => this.#here.isOut, { what: `${this.name} can't get out`, timeoutMs: PATIENCE_MS });
    this.#here.connect();
    await this.#isIn();
  }

  async stumble(edits: number): Promise<void> {
    await this.type(edits);
    this.ledger.make();
    this.#here.terminate();
    this.ledger.make();
    await until(() => !this.#here.isIn, {
      what: `${this.name} does not notice that the connection is gone`,
      timeoutMs: PATIENCE_MS,
    });
    await this.#isIn();
  }

  async settled(): Promise<void> {
    await this.#isIn();
  }

  async leave(abruptly: boolean): Promise<void> {
    if (abruptly) this.#entered?.terminate();
    this.#entered?.end();
    this.#entered = null;
  }

  get #here(): Entered {
    if (this.#entered === null) throw new Error(`${this.name} is not here`);
    return this.#entered;
  }

  async #isIn(): Promise<void> {
    await until(() => this.#here.isIn, { what: `${this.name} is not let in`, timeoutMs: PATIENCE_MS });
  }
}

export function enterWithHocuspocus(wsUrl: string, document: string, doc: Y.Doc): Entered {
  const person = joinWithHocuspocus(wsUrl, document, { doc });
  return {
    get isIn() {
      return person.provider.synced && isOpen(person.socket.webSocket);
    },
    get isOut() {
      return person.socket.webSocket === null;
    },
    point: (cursor) => person.provider.setAwarenessField('cursor', cursor),
    disconnect: () => person.socket.disconnect(),
    connect: () => void person.socket.connect(),
    terminate: () => terminate(person.socket.webSocket),
    end: () => person.leave(),
  };
}

export function enterWithYWebsocket(wsUrl: string, document: string, doc: Y.Doc): Entered {
  const person = joinWithYWebsocket(wsUrl, document, { doc });
  return {
    get isIn() {
      return person.provider.synced && isOpen(person.provider.ws);
    },
    get isOut() {
      return person.provider.ws === null;
    },
    point: (cursor) => person.provider.awareness.setLocalStateField('cursor', cursor),
    disconnect: () => person.provider.disconnect(),
    connect: () => person.provider.connect(),
    terminate: () => terminate(person.provider.ws),
    end: () => person.leave(),
  };
}

/** What a provider says of itself lags behind its socket. */
function isOpen(webSocket: { readonly readyState: number } | null): boolean {
  return webSocket?.readyState === 1;
}

/** Providers know the browser's class only; what they were given is the one of ws. */
function terminate(webSocket: unknown): void {
  (webSocket as { terminate(): void } | null)?.terminate();
}
