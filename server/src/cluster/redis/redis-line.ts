import { Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../../clock.ts';
import type { BusError } from '../cluster-bus.ts';
import { type Asked, answerDueAt, type Heard } from './answer-deadline.ts';
import { describeServer, type RedisServer } from './redis-address.ts';
import { closed, explainFailure, unreachable } from './redis-failure.ts';

export type Argument = string | number | Buffer;

export interface LineSettings {
  readonly clock: Clock;
  /** Silence after which an answer is missed, and the connection itself. */
  readonly deadlineMs: number;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Certificates of who may vouch for the server besides the system's; null without TLS. */
  readonly tls: { readonly ca: string | null } | null;
}

/** A message is heard on this channel. */
export type Hearing = (channel: string, message: Uint8Array) => void;

/** How long a socket that is to be closed may take over it: half-open ones would for ever. */
const GOODBYE_MS = 50;

/**
 * One connection to one server, for one life: what breaks it, a missed deadline too, ends it, and the next connection is
 * another line. Nothing is queued for later, nothing sent twice.
 */
export class RedisLine {
  readonly server: string;
  readonly #client: Redis;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #endListeners = new Set<(error: BusError) => void>();
  /** Why it ended; null while it works. */
  #end: BusError | null = null;
  #lastError: unknown = null;
  /** The commands without an answer, in the order in which they were asked and are answered: has each look anew how long it waits. */
  readonly #unanswered = new Set<() => void>();
  /** Of all commands so far, and of those that were answered. */
  #askedBytes = 0;
  #answeredBytes = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #heardBytes = 0;

  /** @throws {BusError} */
  static async open(server: RedisServer, settings: LineSettings): Promise<RedisLine> {
    const line = new RedisLine(server, settings);
    await line.#connect();
    return line;
  }

  private constructor(server: RedisServer, settings: LineSettings) {
    this.server = `the Redis at ${describeServer(server)}`;
    this.#clock = settings.clock;
    this.#deadlineMs = settings.deadlineMs;
    this.#client = new Redis(clientOptions(server, settings));
    this.#client.on('error', (error) => {
      this.#lastError = error;
    });
    this.#client.on('end', () => this.#endWith(this.#explain('the connection broke')));
    this.#client.on('connect', () => this.#client.stream.on('data', (bytes: Buffer) => this.#hear(bytes)));
  }

  /** Answers come as bytes. @throws {BusError} */
  call(command: string, ...args: readonly Argument[]): Promise<unknown> {
    return this.callWithin(this.#deadlineMs, command, ...args);
  }

  /** @throws {BusError} */
  callWithin(deadlineMs: number, command: string, ...args: readonly Argument[]): Promise<unknown> {
    return this.#answer(deadlineMs, command, args, () => this.#client.callBuffer(command, [...args]));
  }

  /** @throws {BusError} */
  async subscribe(channel: string, isSharded: boolean): Promise<void> {
    await this.#answer(this.#deadlineMs, 'SUBSCRIBE', [channel], () =>
      isSharded ? this.#client.ssubscribe(channel) : this.#client.subscribe(channel),
    );
  }

  /** @throws {BusError} */
  async unsubscribe(channel: string, isSharded: boolean): Promise<void> {
    await this.#answer(this.#deadlineMs, 'UNSUBSCRIBE', [channel], () =>
      isSharded ? this.#client.sunsubscribe(channel) : this.#client.unsubscribe(channel),
    );
  }

  onMessage(hearing: Hearing): void {
    const hear = (channel: Buffer, message: Buffer): void => hearing(channel.toString(), message);
    this.#client.on('messageBuffer', hear);
    this.#client.on('smessageBuffer', hear);
  }

  onEnd(listener: (error: BusError) => void): void {
    if (this.#end === null) this.#endListeners.add(listener);
    else listener(this.#end);
  }

  /** Nothing is waited for, so that nothing would tell that the connection is gone. */
  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  /** @param why what its commands are told */
  close(why = closed()): void {
    this.#endWith(why);
  }

  async #connect(): Promise<void> {
    try {
      await this.#answer(this.#deadlineMs, 'connecting', [], () => this.#client.connect());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #answer<T>(deadlineMs: number, what: string, args: readonly Argument[], ask: () => Promise<T>): Promise<T> {
    if (this.#end !== null) return Promise.reject(this.#end);
    const bytes = sizeOf(args);
    this.#askedBytes += bytes;
    const upToHere = this.#askedBytes;
    const bytesAhead = (): number => upToHere - this.#answeredBytes;
    const asked: Asked = { at: this.#clock.monotonicMs(), deadlineMs, bytesAhead: bytesAhead() };
    const heardBefore = this.#heardBytes;
    const heard = (): Heard => ({
      at: this.#heardAt,
      bytes: this.#heardBytes - heardBefore,
      answered: this.#answeredAt >= asked.at ? { at: this.#answeredAt, bytesAhead: bytesAhead() } : null,
    });
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      let cancel = (): void => {};
      const leftMs = (): number => answerDueAt(asked, heard()) - this.#clock.monotonicMs();
      const wait = (): void => {
        cancel();
        // After this process stood still, timers fire before what has arrived is read: it is looked at first.
        cancel = this.#clock.after(Math.max(0, leftMs()), () => setImmediate(look));
      };
      const look = (): void => {
        if (isAnswered) return;
        if (leftMs() > 0) {
          wait();
          return;
        }
        const passedMs = Math.round(this.#clock.monotonicMs() - asked.at);
        const error = unreachable(this.server, `no answer to ${what} within ${passedMs} ms`);
        this.#endWith(error);
        reject(error);
      };
      const settle = (finish: () => void): void => {
        isAnswered = true;
        cancel();
        this.#unanswered.delete(wait);
        this.#answeredBytes += bytes;
        this.#answeredAt = this.#clock.monotonicMs();
        // The others look when it is their turn to be answered next.
        const [next] = this.#unanswered;
        next?.();
        finish();
      };
      this.#unanswered.add(wait);
      wait();
      ask().then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) => settle(() => reject(this.#end ?? this.#explain(error))),
      );
    });
  }

  #hear(bytes: Buffer): void {
    this.#heardAt = this.#clock.monotonicMs();
    this.#heardBytes += bytes.byteLength;
  }

  /** Of a connection that broke, its own error says more than those of the commands that it took along. */
  #explain(error: unknown): BusError {
    const isReply = error instanceof Error && error.name === 'ReplyError';
    return explainFailure(isReply ? error : (this.#lastError ?? error), this.server);
  }

  #endWith(error: BusError): void {
    if (this.#end !== null) return;
    this.#end = error;
    this.#client.disconnect();
    for (const listener of [...this.#endListeners]) listener(error);
    this.#endListeners.clear();
  }
}

function sizeOf(args: readonly Argument[]): number {
  let bytes = 0;
  for (const argument of args) bytes += Buffer.isBuffer(argument) ? argument.byteLength : String(argument).length;
  return bytes;
}

function clientOptions(server: RedisServer, settings: LineSettings): Omit<RedisOptions, 'replyMapping'> {
  const { user, password, tls } = settings;
  return {
    host: server.host,
    port: server.port,
    db: settings.database,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { tls: tls.ca === null ? {} : { ca: tls.ca } }),
    connectTimeout: settings.deadlineMs,
    disconnectTimeout: GOODBYE_MS,
    lazyConnect: true,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Answers of the second protocol are plain lists, and every server of an age that we support speaks it.
    protocol: 2,
    disableClientInfo: true,
    keepAlive: 10_000,
  };
}
