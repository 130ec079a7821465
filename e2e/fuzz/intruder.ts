import {
  closeCodes,
  decodeServerFrame,
  decodeYWebsocketFrame,
  type ServerFrame,
  yWebsocketTypes,
} from '@quire/protocol';
import { until } from '@quire/testing';
import type { DialectName } from '../bad-input/offender.ts';
import { type LoadSocket, openSocket } from '../bench/load/socket.ts';
import { mayBeCutOff, mayBreakFraming, type Script, type Step } from './session-script.ts';
import { goodbye, pingSaying } from './wire.ts';

/** How a session ended: the name of a close code, or one of these. */
export const otherEndings = {
  alive: 'answered to the last, and left',
  ownCode: 'closed with a code of its own',
  hungUp: 'hung up',
  cutOff: 'cut off without a goodbye',
} as const;

/** What became of one session. */
export interface Outcome {
  readonly ending: string;
  /** Reasons with which single documents were closed or denied while the socket stayed. */
  readonly documentsClosed: readonly string[];
  readonly framesSent: number;
  /** What a server must not do to anybody. */
  readonly faults: readonly string[];
}

export interface IntruderOptions {
  readonly port: number;
  deleteDocument(document: string): Promise<void>;
}

/** Longer than the server takes to close who says nothing, on a machine that has other things to do. */
const PATIENCE_MS = 60_000;
/** So long does somebody not read: the server has noticed by then, and has not cut them off yet. */
const DEAF_MS = 1_000;
/** So long does somebody wait who may have said the beginning of something that never ends. */
const SOON_MS = 200;

const GOODBYE_CODE = 1000;
/** How somebody is refused for what they bring, or don't. */
const aboutTokens: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'access-revoked', 'link-ended']);
/** All that somebody hears who is let in nowhere. */
const refusals: ReadonlySet<ServerFrame['kind']> = new Set(['denied', 'closed', 'token-request'] as const);
/** No ping of a script says this: what comes back is the answer to the last one. */
const LAST_QUESTION = 'still there?';

/** Goes through a script on a socket of its own. @throws when the server can't be reached */
export async function intrude(script: Script, options: IntruderOptions): Promise<Outcome> {
  const intruder = new Intruder(script, options);
  await intruder.perform();
  return intruder.outcome();
}

class Intruder {
  readonly #script: Script;
  readonly #options: IntruderOptions;
  readonly #faults: string[] = [];
  readonly #documentsClosed: string[] = [];
  #socket: LoadSocket | null = null;
  /** What the server said last, of a socket that is gone. */
  #closed: { readonly code: number | null } | null = null;
  #onNews: () => void = () => {};
  #stepTwos = 0;
  #stepTwosDue = 0;
  #saved = 0;
  #isAnswered = false;
  #framesSent = 0;
  #closingsKnown = 0;
  #isInside = false;
  #wasLetIn = false;
  #hungUp = false;

  constructor(script: Script, options: IntruderOptions) {
    this.#script = script;
    this.#options = options;
  }

  async perform(): Promise<void> {
    const { steps, early } = this.#script;
    const [first, ...rest] = steps;
    const isEarly = early && first?.kind === 'send';
    await this.#open(isEarly ? Buffer.concat(first.frames) : undefined);
    if (isEarly) this.#framesSent += first.frames.length;
    for (const step of isEarly ? rest : steps) {
      if (this.#closed !== null && step.kind !== 'come back') continue;
      await this.#take(step);
    }
    await this.#part();
  }

  outcome(): Outcome {
    const ending = this.#hungUp ? otherEndings.hungUp : this.#nameEnding(this.#closed?.code ?? null);
    const isRefused = [ending, ...this.#documentsClosed].some((reason) => aboutTokens.has(reason));
    if (this.#script.knock?.admits === true && !this.#wasLetIn && isRefused)
      this.#faults.push('is not let in, with a good token');
    return {
      ending,
      documentsClosed: this.#documentsClosed,
      framesSent: this.#framesSent,
      faults: this.#faults,
    };
  }

  async #open(early: Buffer | undefined): Promise<void> {
    const { dialect, document, knock } = this.#script;
    const path = dialect === 'hocuspocus' ? '/collab' : `/yjs/${encodeURIComponent(document)}`;
    this.#closed = null;
    const address = {
      port: this.#options.port,
      path: `${path}${knock?.query ?? ''}`,
      headers: knock?.headers ?? '',
      ...(early === undefined ? {} : { early }),
    };
    await openSocket(address, {
      onOpen: (socket) => {
        this.#socket = socket;
        void socket.closed.then((code) => {
          this.#closed = { code };
          this.#onNews();
        });
      },
      onMessage: (bytes, start, end) => {
        this.#hear(bytes.subarray(start, end));
        this.#onNews();
      },
      onPong: (bytes, start, end) => {
        this.#isAnswered ||= bytes.toString('latin1', start, end) === LAST_QUESTION;
        this.#onNews();
      },
    });
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'send':
        this.#framesSent += step.frames.length;
        if (this.#script.torn) await this.#writeTorn(Buffer.concat(step.frames));
        else for (const frame of step.frames) this.#socket?.write(frame);
        return;
      case 'be let in':
        this.#stepTwosDue += 1;
        await this.#heard(() => this.#stepTwos >= this.#stepTwosDue || this.#isPutOut, step.kind);
        return;
      case 'be saved':
        await this.#heard(() => this.#saved > 0 || this.#isPutOut, step.kind);
        return;
      case 'stop reading':
        this.#socket?.pause();
        return;
      case 'read on':
        await new Promise((resolve) => setTimeout(resolve, DEAF_MS));
        this.#socket?.resume();
        return;
      case 'delete the document':
        await this.#options.deleteDocument(this.#script.document);
        await this.#heard(() => !this.#isInside, 'be put out');
        return;
      case 'come back': {
        await this.#heard(() => false, 'be closed');
        this.#noteClosing();
        await this.#open(undefined);
        return;
      }
      default:
        step satisfies never;
    }
  }

  /** In three pieces, each in a packet of its own. */
  async #writeTorn(bytes: Buffer): Promise<void> {
    const size = Math.ceil(bytes.length / 3);
    for (let at = 0; at < bytes.length; at += size) {
      this.#socket?.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #part(): Promise<void> {
    switch (this.#script.parting) {
      case 'hang up':
        if (this.#closed !== null) return;
        this.#hungUp = true;
        this.#socket?.destroy();
        return;
      case 'give up soon':
        await Promise.race([this.#socket?.closed, new Promise((resolve) => setTimeout(resolve, SOON_MS))]);
        if (this.#closed !== null) return;
        this.#hungUp = true;
        this.#socket?.destroy();
        return;
      case 'ask and leave':
        this.#socket?.write(pingSaying(LAST_QUESTION));
        await this.#heard(() => this.#isAnswered, 'get an answer');
        if (this.#closed === null) this.#socket?.write(goodbye(GOODBYE_CODE));
        await this.#heard(() => false, 'be closed');
        return;
      case 'wait':
        await this.#heard(() => false, 'be closed');
        return;
      default:
        this.#script.parting satisfies never;
    }
  }

  /** Resolves when it is so, or when the socket is closed. */
  async #heard(isSo: () => boolean, what: string): Promise<void> {
    try {
      await until(() => this.#closed !== null || isSo(), {
        what: `waits in vain to ${what}`,
        timeoutMs: PATIENCE_MS,
        onChange: (look) => {
          this.#onNews = look;
          return () => {
            this.#onNews = () => {};
          };
        },
      });
    } catch (error) {
      this.#faults.push((error as Error).message);
      this.#hungUp = true;
      this.#socket?.destroy();
      this.#closed ??= { code: null };
    }
    this.#closingsKnown = this.#documentsClosed.length;
  }

  #hear(bytes: Uint8Array): void {
    const frame = this.#read(bytes);
    if (this.#script.knock?.admits === false && frame !== null && !refusals.has(frame.kind))
      this.#faults.push(`is told something without a good token: ${frame.kind}`);
    switch (frame?.kind) {
      case 'step-2':
        this.#stepTwos += 1;
        this.#wasLetIn = true;
        this.#isInside = true;
        return;
      case 'receipt':
        this.#saved += 1;
        return;
      case 'update':
        // An echo is the receipt of the y-websocket dialect.
        if (this.#script.dialect === 'y-websocket') this.#saved += 1;
        return;
      case 'closed':
      case 'denied':
        this.#documentsClosed.push(frame.reason);
        this.#isInside = false;
        return;
      default:
    }
  }

  /** Whatever was sent to it, a server says nothing that a client could not read. */
  #read(bytes: Uint8Array): ServerFrame | null {
    try {
      return readServerFrame(this.#script.dialect, bytes);
    } catch (error) {
      this.#faults.push(`is told something that can't be read: ${(error as Error).message}`);
      return null;
    }
  }

  /** Whoever was shown out of a document since they last waited for something need not wait for it any more. */
  get #isPutOut(): boolean {
    return this.#documentsClosed.length > this.#closingsKnown;
  }

  #noteClosing(): void {
    const code = this.#closed?.code ?? null;
    if (code !== null) this.#documentsClosed.push(this.#nameEnding(code));
  }

  #nameEnding(code: number | null): string {
    if (code === null) {
      if (!mayBeCutOff(this.#script.steps)) this.#faults.push('is cut off without a goodbye');
      return otherEndings.cutOff;
    }
    if (code === GOODBYE_CODE) return otherEndings.alive;
    const known = Object.values(closeCodes).find((candidate) => candidate.code === code);
    if (known !== undefined) return known.name;
    // A goodbye of the client is answered with the same code, whatever it is.
    if (!mayBreakFraming(this.#script.steps)) this.#faults.push(`is closed with ${code}, which no table has`);
    return otherEndings.ownCode;
  }
}

function readServerFrame(dialect: DialectName, bytes: Uint8Array): ServerFrame | null {
  if (dialect === 'hocuspocus') return decodeServerFrame(bytes).frame;
  if (bytes[0] === yWebsocketTypes.auth) return null;
  return decodeYWebsocketFrame(bytes);
}
