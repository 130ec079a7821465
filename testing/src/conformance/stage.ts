import { setTimeout as pause } from 'node:timers/promises';
import type * as Y from 'yjs';
import { describeDifference, isSameState } from '../difference.ts';
import { openFrameSocket } from '../frame-socket.ts';
import { until } from '../until.ts';
import { type Dialect, dialects } from './dialect.ts';
import { CheckFailure, NotCheckable } from './failure.ts';
import type { Operator } from './operator.ts';
import { type Line, Participant, type ParticipantOptions } from './participant.ts';
import type { Target } from './target.ts';

/** Something that has to come true. */
export interface Expectation {
  readonly sent: string;
  readonly expected: string;
  readonly until: () => boolean;
  /** In words, what is the case instead. Asked when time is up. */
  readonly came: () => string;
  /** Left out: {@link PATIENCE_MS}. */
  readonly withinMs?: number;
}

export interface JoinOptions extends ParticipantOptions {
  /** Left out: that of the suite. */
  readonly token?: string;
}

/** For what has no time of its own: no server of which anybody would say that it works takes so long. */
export const PATIENCE_MS = 5_000;
/** Until a socket is open. Who has little patience with a check has it with what the check is about, and not with the way there. */
const OPEN_WITHIN_MS = 3_000;
/** Until a server that was just started lets people in. */
const RETURN_MS = 30_000;
const RETRY_EVERY_MS = 50;

/** What one check plays on: documents of its own, people, and the server's operator. `close` clears it. */
export class Stage {
  readonly target: Target;
  readonly dialect: Dialect;
  readonly #prefix: string;
  readonly #onDocument: (name: string) => void;
  readonly #ends: (() => unknown)[] = [];
  readonly #listeners = new Set<() => void>();
  #isClosed = false;

  /** @param prefix of the names of all its documents */
  constructor(target: Target, prefix: string, onDocument: (name: string) => void) {
    this.target = target;
    this.dialect = dialects[target.dialect];
    this.#prefix = prefix;
    this.#onDocument = onDocument;
  }

  /** A name that nobody has used. */
  document(part = ''): string {
    const name = `${this.#prefix}${part}`;
    this.#onDocument(name);
    return name;
  }

  get operator(): Operator {
    if (this.target.operator === null) throw new NotCheckable('nobody can kill and restart the server');
    return this.target.operator;
  }

  /** A socket on which nobody has said anything. */
  async open(document: string, token = this.target.token): Promise<Line> {
    const url = this.dialect.socketUrl({ url: this.target.url, document, token });
    const openWithinMs = OPEN_WITHIN_MS * Math.max(1, this.target.patience);
    const socket = await openFrameSocket(url, { openWithinMs }).catch((cause: Error) => {
      throw new CheckFailure(
        { sent: `a request for a WebSocket at ${withoutToken(url)}`, expected: 'that it opens', came: cause.message },
        { cause },
      );
    });
    this.onEnd(() => socket.terminate());
    return { dialect: this.dialect, socket };
  }

  /** Somebody with a document open, and with all of it. */
  async join(document: string, options: JoinOptions): Promise<Participant> {
    return this.joinOn(await this.open(document, options.token), document, options);
  }

  async joinOn(line: Line, document: string, options: JoinOptions): Promise<Participant> {
    const place = { url: this.target.url, document, token: options.token ?? this.target.token };
    const participant = new Participant(line, place, options, () => this.#notify());
    this.onEnd(() => participant.awareness.destroy());
    participant.enter();
    await this.expect({
      sent: `the handshake of ${options.name}`,
      expected: 'the document, in a step 2',
      until: () => participant.isSynced || participant.end !== null,
      came: () => 'nothing of the kind',
      withinMs: PATIENCE_MS / Math.min(1, this.target.patience),
    });
    if (participant.isSynced) return participant;
    throw new CheckFailure({
      sent: `the handshake of ${options.name}`,
      expected: 'the document, in a step 2',
      came: participant.end ?? 'nothing of the kind',
    });
  }

  /** As `join`, on a server that was just started: it may let nobody in for a while. */
  async joinAgain(document: string, options: JoinOptions): Promise<Participant> {
    const deadline = performance.now() + RETURN_MS * this.target.patience;
    for (;;) {
      try {
        return await this.join(document, options);
      } catch (error) {
        if (!(error instanceof CheckFailure) || performance.now() > deadline || this.#isClosed) throw error;
      }
      await pause(RETRY_EVERY_MS);
    }
  }

  /** @throws {CheckFailure} once time is up */
  async expect({ sent, expected, until: probe, came, withinMs = PATIENCE_MS }: Expectation): Promise<void> {
    try {
      await until(probe, {
        what: expected,
        timeoutMs: withinMs * this.target.patience,
        onChange: (look) => this.onHeard(look),
      });
    } catch (cause) {
      throw new CheckFailure({ sent, expected, came: came() }, { cause });
    }
  }

  /** Until all of them hold the same. */
  expectSame(sent: string, people: readonly Pick<Participant, 'name' | 'doc'>[], withinMs?: number): Promise<void> {
    const [first, ...others] = people;
    if (first === undefined) throw new RangeError('nobody is the same as nobody');
    return this.expect({
      sent,
      expected: `${people.map(({ name }) => name).join(', ')} have the same document`,
      until: () => others.every(({ doc }) => isSameState(first.doc, doc)),
      came: () => others.flatMap((other) => describe(first, other)).join('; '),
      ...(withinMs === undefined ? {} : { withinMs }),
    });
  }

  /** Calls back whenever anybody has heard anything; gives back how to end that. */
  onHeard(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Time that passes, for what a server does after a while; who has more patience does not wait longer for that. */
  pause(durationMs: number): Promise<void> {
    return pause(durationMs * Math.min(1, this.target.patience));
  }

  onEnd(end: () => unknown): void {
    if (this.#isClosed) end();
    else this.#ends.push(end);
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends.splice(0).reverse()) end();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Reports are kept. */
function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('token');
  return url.href;
}

type Named = { readonly name: string; readonly doc: Y.Doc };

function describe(one: Named, other: Named): string[] {
  const difference = describeDifference(one.doc, other.doc, [one.name, other.name]);
  return difference === null ? [] : [difference.trim().replaceAll(/\n\s*/g, '; ')];
}
