import type { LoadDialect, Word } from './dialects.ts';
import { type LoadSocket, openSocket } from './socket.ts';
import type { WordMemo } from './word-memo.ts';

export interface PersonOptions<T> {
  readonly dialect: LoadDialect;
  readonly port: number;
  readonly document: string;
  readonly memo: WordMemo<Heard<T>>;
  /** Called with everything heard once the person is in. */
  onHeard(meaning: T): void;
}

/** A word, and what the task makes of it. */
export interface Heard<T> {
  readonly word: Word['kind'];
  readonly answersStepOne: boolean;
  /** Of a first sync, how large it was. */
  readonly bytes: number;
  readonly meaning: T;
}

export function interpretWith<T>(meaningOf: (word: Word) => T): (word: Word) => Heard<T> {
  return (word) => ({
    word: word.kind,
    answersStepOne: word.kind === 'changes' && word.answersStepOne,
    bytes: word.kind === 'changes' ? word.update.length : 0,
    meaning: meaningOf(word),
  });
}

const JOIN_TIMEOUT_MS = 60_000;

/** One client of one document: joins as its provider would, then hands on what it hears. */
export class Person<T> {
  readonly #options: PersonOptions<T>;
  #socket: LoadSocket | null = null;
  #messages = 0;
  #receipts = 0;
  #synced = false;
  #answered = false;
  #syncedBytes = 0;
  #ending: string | null = null;
  /** Who waits for something to be heard; null while nobody does, as mostly. */
  #waiting: (() => void)[] | null = null;

  constructor(options: PersonOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the document's state has arrived, and the server's question for ours is answered. */
  async join(): Promise<void> {
    const { dialect, port, document } = this.#options;
    await openSocket(
      { port, path: dialect.path(document) },
      {
        onOpen: (socket) => this.#begin(socket),
        onMessage: (bytes, start, end) => this.#hear(bytes, start, end),
      },
    );
    await this.#until('join', () => this.#isIn);
  }

  /** Resolves once `count` receipts have come, those of the handshake included. */
  receipts(count: number): Promise<void> {
    return this.#until('get a receipt', () => this.#receipts >= count);
  }

  /** Resolves once so many bytes of content have come, in however many messages. */
  content(bytes: number): Promise<void> {
    return this.#until('get the whole document', () => this.#syncedBytes >= bytes);
  }

  /** Binary messages heard so far. */
  get messages(): number {
    return this.#messages;
  }

  /** Null while it is connected; then how the connection ended. */
  get ending(): string | null {
    return this.#ending;
  }

  write(frame: Buffer): void {
    this.#socket?.write(frame);
  }

  /** Takes nothing more in, like somebody whose network is gone, until `readOn`. */
  stopReading(): void {
    this.#socket?.pause();
  }

  readOn(): void {
    this.#socket?.resume();
  }

  leave(): void {
    this.#socket?.destroy();
  }

  get #isIn(): boolean {
    return this.#options.dialect.handshake === 'none' || (this.#synced && this.#answered);
  }

  #begin(socket: LoadSocket): void {
    this.#socket = socket;
    void socket.closed.then((code) => {
      this.#ending = code === null ? 'without a code' : `with ${code}`;
    });
    const { dialect, document } = this.#options;
    switch (dialect.handshake) {
      case 'token-first':
        socket.write(dialect.token(document));
        return;
      case 'step-1-first':
        socket.write(dialect.stepOne(document));
        return;
      case 'none':
        return;
      default:
        dialect.handshake satisfies never;
    }
  }

  #hear(bytes: Buffer, start: number, end: number): void {
    this.#messages += 1;
    const { memo, dialect, document, onHeard } = this.#options;
    const heard = memo.read(bytes, start, end);
    onHeard(heard.meaning);
    switch (heard.word) {
      case 'authenticated':
        this.write(dialect.stepOne(document));
        return;
      case 'step-1':
        if (dialect.handshake === 'none') return;
        this.write(dialect.emptyStepTwo(document));
        this.#answered = true;
        break;
      case 'changes':
        this.#syncedBytes += heard.bytes;
        if (heard.answersStepOne) this.#synced = true;
        break;
      case 'receipt':
        this.#receipts += 1;
        break;
      case 'denied':
        this.leave();
        return;
      case 'presence':
      case 'other':
        return;
      default:
        heard.word satisfies never;
    }
    if (this.#waiting !== null) for (const look of this.#waiting) look();
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    const waiting = Promise.withResolvers<void>();
    const timeout = setTimeout(
      () => waiting.reject(new Error(`could not ${what} within ${JOIN_TIMEOUT_MS} ms`)),
      JOIN_TIMEOUT_MS,
    );
    const look = (): void => {
      if (isSo()) waiting.resolve();
    };
    this.#waiting = [...(this.#waiting ?? []), look];
    // Before there is a socket, whoever opens it hears that it can't be had.
    void this.#socket?.closed.then((code) => {
      waiting.reject(new Error(`closed with ${code ?? 'no code'} before it could ${what}`));
    });
    try {
      await waiting.promise;
    } finally {
      clearTimeout(timeout);
      const others = this.#waiting.filter((other) => other !== look);
      this.#waiting = others.length === 0 ? null : others;
    }
  }
}

/** How many handshakes may be on their way at once: less than a listening socket's backlog. */
const CONCURRENT_JOINS = 200;

/** Joins everybody, and fails when one can't. */
export async function joinAll(
  people: readonly { join(): Promise<void> }[],
  concurrent = CONCURRENT_JOINS,
): Promise<void> {
  let next = 0;
  const joinNext = async (): Promise<void> => {
    for (let person = people[next++]; person !== undefined; person = people[next++]) await person.join();
  };
  await Promise.all(Array.from({ length: Math.min(concurrent, people.length) }, joinNext));
}
