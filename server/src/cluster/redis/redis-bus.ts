import { readFile } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import type { BusError, BusStatus, ClusterBus } from '../cluster-bus.ts';
import { backoffMs } from './backoff.ts';
import { ChannelListeners } from './channel-listeners.ts';
import { readPast } from './past-records.ts';
import { describeRedisAddress, describeServer, type RedisAddress, type RedisServer } from './redis-address.ts';
import { closed, explainFailure, unreachable, unsuitable } from './redis-failure.ts';
import { createRedisKeys, PROBE_FIELD, RECORD_FIELD, type RedisKeys } from './redis-keys.ts';
import { RedisLine } from './redis-line.ts';
import { asList, asNumber, readHash } from './redis-replies.ts';
import { RedisSession } from './redis-session.ts';
import { createServerFinder, type ServerFinder } from './server-finder.ts';
import { StreamReader } from './stream-reader.ts';
import { type StreamLimits, trimStream } from './trim-stream.ts';

export interface RedisBusOptions {
  readonly address: RedisAddress;
  /** Under which id this node publishes. */
  readonly node: string;
  /** In front of every key and channel. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: RedisBusLog;
  /** Certificates, as PEM, of who may vouch for the server; only with TLS. Read at each connecting. */
  readonly caFile?: string;
  /** Silence after which an answer is not waited for any more. */
  readonly commandTimeoutMs?: number;
  readonly streamAgeMs?: number;
  readonly streamBytes?: number;
  readonly meters?: RedisBusMeters;
}

/** As of pino. */
export interface RedisBusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What is counted. */
export interface RedisBusMeters {
  published(bytes: number, elapsedMs: number): void;
  received(records: number, bytes: number): void;
  /** Redis is reached, for the first time or again. */
  connected(): void;
  /** So many bytes more are on their way to Redis for others to hear, or fewer again. */
  telling(bytes: number): void;
  /** Told while too much was on its way, and dropped. */
  dropped(): void;
}

const COMMAND_TIMEOUT_MS = 1_000;
const STREAM_AGE_MS = 10 * 60 * 1000;
const STREAM_BYTES = 64 * 1024 * 1024;
/** A connection that is silently gone is found out within this and a deadline. */
const UPKEEP_MS = 1_000;
const TRIM_EVERY_MS = 10_000;
/** And each time that so much of what it may hold was added: a backlog of 80 MB/s would be out long before the clock says so. */
const TRIM_FRACTION = 0.25;
/** A server that takes no writes may have been replaced without breaking our connection: so often a new one is tried. */
const RETRY_ELSEWHERE_MS = 5_000;
const ERASED_EXPIRY_S = 60;
/** So much may be on its way to Redis for others to hear; what is told beyond is dropped (G4). */
const MAX_TOLD_BYTES = 8 * 1024 * 1024;

/**
 * A `ClusterBus` on Redis: one stream a node, announcements in a hash, and publish/subscribe.
 *
 * @example
 * const bus = createRedisBus({ address: parseRedisAddress('redis://127.0.0.1'), node, prefix: 'quire:', clock, log });
 * bus.open();
 */
export function createRedisBus(options: RedisBusOptions): ClusterBus {
  return new RedisBus(options);
}

type Phase =
  | { readonly kind: 'unopened' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly session: RedisSession }
  | { readonly kind: 'waiting'; readonly cancel: () => void }
  | { readonly kind: 'closed' };

class RedisBus implements ClusterBus {
  readonly #options: RedisBusOptions;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #keys: RedisKeys;
  readonly #limits: StreamLimits;
  readonly #deadlineMs: number;
  readonly #isSharded: boolean;
  readonly #finder: ServerFinder;
  readonly #reader: StreamReader;
  readonly #channels: ChannelListeners;
  readonly #statusListeners = new Set<(status: BusStatus) => void>();
  #phase: Phase = { kind: 'unopened' };
  #status: BusStatus = { state: 'connecting' };
  /** Why Redis takes no writes, while it does not; it is asked again and again. */
  #refusal: BusError | null = null;
  #attempt = 0;
  #openedAt = 0;
  #trimmedAt = Number.NEGATIVE_INFINITY;
  #addedSinceTrim = 0;
  #isTrimming = false;
  #triedElsewhereAt = Number.NEGATIVE_INFINITY;
  #isKeeping = false;
  #stopUpkeep: () => void = () => {};
  #toldBytes = 0;
  readonly #warned = new Set<string>();
  readonly #lines = new Set<RedisLine>();

  constructor(options: RedisBusOptions) {
    const { address, clock, prefix } = options;
    this.#options = options;
    this.#clock = clock;
    this.#name = describeRedisAddress(address);
    this.#keys = createRedisKeys(prefix);
    this.#limits = { ageMs: options.streamAgeMs ?? STREAM_AGE_MS, bytes: options.streamBytes ?? STREAM_BYTES };
    this.#deadlineMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    this.#isSharded = address.kind === 'cluster';
    this.#finder = createServerFinder(address, this.#keys.tag, (server) => this.#openGuide(server));
    this.#reader = new StreamReader(this.#keys, this.#deadlineMs);
    this.#channels = new ChannelListeners(this.#isSharded, (line, error) => {
      if (this.#phase.kind === 'open' && this.#phase.session.hearing === line)
        this.#consider(this.#phase.session, error);
    });
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  open(): void {
    if (this.#phase.kind !== 'unopened') return;
    this.#stopUpkeep = this.#clock.every(UPKEEP_MS, () => this.#keepUp());
    void this.#connect();
  }

  async publish(record: Uint8Array): Promise<void> {
    const begun = this.#clock.monotonicMs();
    const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    await this.#write(({ records }) => records.call('XADD', this.#ownStream, '*', RECORD_FIELD, bytes));
    this.#options.meters?.published(bytes.byteLength, this.#clock.monotonicMs() - begun);
    this.#added(bytes.byteLength);
  }

  follow(nodes: readonly string[]): Promise<void> {
    return this.#command(({ records }) => this.#reader.follow(nodes, records));
  }

  past(node: string): AsyncIterable<readonly Uint8Array[]> {
    return readPast(this.#keys.stream(node), (command, ...args) =>
      this.#command(({ records }) => records.call(command, ...args)),
    );
  }

  onRecords(listener: (from: string, records: readonly Uint8Array[]) => Promise<void>): void {
    const { meters } = this.#options;
    this.#reader.onRecords((from, records) => {
      meters?.received(
        records.length,
        records.reduce((sum, record) => sum + record.byteLength, 0),
      );
      return listener(from, records);
    });
  }

  async announce(announcement: Uint8Array): Promise<void> {
    const bytes = Buffer.from(announcement.buffer, announcement.byteOffset, announcement.byteLength);
    await this.#write(({ commands }) => commands.call('HSET', this.#keys.announcements, this.#options.node, bytes));
  }

  announcements(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#command(async ({ commands }) => readHash(await commands.call('HGETALL', this.#keys.announcements)));
  }

  time(): Promise<number> {
    return this.#command(async ({ commands }) => {
      const [seconds, microseconds] = asList(await commands.call('TIME'));
      return asNumber(seconds) * 1_000 + asNumber(microseconds) / 1_000;
    });
  }

  async erase(node: string): Promise<void> {
    const stream = this.#keys.stream(node);
    // Emptied, and gone in a minute: a stream that is deleted begins anew with the id that its last entry had, if that was in
    // the same millisecond, and readers would take its first entry for one that they know.
    await this.#write(({ commands }) =>
      Promise.all([
        commands.call('HDEL', this.#keys.announcements, node),
        commands.call('XTRIM', stream, 'MAXLEN', 0),
        commands.call('EXPIRE', stream, ERASED_EXPIRY_S),
      ]),
    );
  }

  async tell(channel: string, message: Uint8Array): Promise<number> {
    if (this.#phase.kind !== 'open') return 0;
    const { session } = this.#phase;
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    if (this.#toldBytes + bytes.byteLength > MAX_TOLD_BYTES) {
      this.#options.meters?.dropped();
      return 0;
    }
    this.#telling(bytes.byteLength);
    try {
      const command = this.#isSharded ? 'SPUBLISH' : 'PUBLISH';
      return asNumber(await session.commands.call(command, this.#keys.channel(channel), bytes));
    } catch (error) {
      this.#consider(session, error);
      return 0;
    } finally {
      this.#telling(-bytes.byteLength);
    }
  }

  #telling(bytes: number): void {
    this.#toldBytes += bytes;
    this.#options.meters?.telling(bytes);
  }

  listen(channel: string, listener: (message: Uint8Array) => void, signal?: AbortSignal): Promise<() => void> {
    return this.#channels.listen(this.#keys.channel(channel), listener, signal);
  }

  async close(): Promise<void> {
    const phase = this.#phase;
    if (phase.kind === 'closed') return;
    this.#phase = { kind: 'closed' };
    this.#stopUpkeep();
    if (phase.kind === 'waiting') phase.cancel();
    this.#channels.close();
    // Those of a session that is not complete, too.
    for (const line of [...this.#lines]) line.close();
    this.#settleStatus({ state: 'closed' });
  }

  get #ownStream(): string {
    return this.#keys.stream(this.#options.node);
  }

  async #connect(): Promise<void> {
    this.#phase = { kind: 'opening' };
    let session: RedisSession | null = null;
    try {
      session = await RedisSession.open(this.#options.address, this.#finder, (server) => this.#openLine(server));
      await this.#begin(session);
    } catch (error) {
      session?.close();
      this.#channels.detach();
      this.#retry(explainFailure(error, this.#name));
    }
  }

  /** What must be so before others rely on it. */
  async #begin(session: RedisSession): Promise<void> {
    await this.#channels.attach(session.hearing);
    await this.#reader.noticeRewinds(session, true);
    const refusal = await this.#probe(session.commands);
    if (this.#isClosed) throw closed();
    this.#phase = { kind: 'open', session };
    this.#refusal = refusal;
    this.#openedAt = this.#clock.monotonicMs();
    this.#describe(session);
    this.#options.meters?.connected();
    this.#settleOpen();
    this.#channels.confirm();
    // At once, if it has ended meanwhile.
    session.onEnd((error) => this.#lose(session, error));
    this.#reader.read(session.reading).catch((error) => this.#consider(session, error));
  }

  #describe({ server, facts }: RedisSession): void {
    const { log } = this.#options;
    const fields = { redis: describeServer(server), version: facts.version, isReplica: facts.isReplica };
    log.info(fields, `${this.#name} is reached`);
    for (const warning of facts.warnings) this.#warnOnce(warning);
  }

  #warnOnce(message: string, fields: object = {}): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.log.warn(fields, message);
  }

  get #isClosed(): boolean {
    return this.#phase.kind === 'closed';
  }

  #isCurrent(session: RedisSession): boolean {
    return this.#phase.kind === 'open' && this.#phase.session === session;
  }

  /** A failure of one session: it may be that of a write alone, or that of the whole. */
  #consider(session: RedisSession, error: unknown): void {
    if (!this.#isCurrent(session)) return;
    const failure = explainFailure(error, this.#name);
    switch (failure.code) {
      case 'full':
      case 'read-only':
      case 'unsafe':
        this.#refuse(session, failure);
        break;
      case 'unreachable':
      case 'denied':
      case 'unsuitable':
      case 'closed':
        this.#lose(session, failure);
        break;
    }
  }

  /** It goes on reading; but nobody else hears what is told on a replica, so that its master is looked for. */
  #refuse(session: RedisSession, failure: BusError): void {
    const isNew = this.#refusal === null;
    const isDue = this.#clock.monotonicMs() - this.#openedAt >= RETRY_ELSEWHERE_MS;
    this.#refusal = failure;
    if (failure.code === 'read-only' && (isNew || isDue)) this.#lose(session, failure);
    else this.#settleOpen();
  }

  #lose(session: RedisSession, error: BusError): void {
    if (!this.#isCurrent(session)) return;
    this.#channels.detach();
    // First: what ends along with the session is not considered again.
    this.#retry(error);
    session.close(error);
  }

  #retry(error: BusError): void {
    if (this.#isClosed) return;
    const cancel = this.#clock.after(backoffMs(this.#attempt), () => void this.#connect());
    this.#attempt += 1;
    this.#phase = { kind: 'waiting', cancel };
    this.#settleAway(error);
  }

  #keepUp(): void {
    if (this.#phase.kind !== 'open') return;
    const { session } = this.#phase;
    // Whatever the rest waits for.
    void this.#ping(session);
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    this.#keep(session)
      .catch((error) => this.#consider(session, error))
      .finally(() => {
        this.#isKeeping = false;
      });
  }

  async #ping(session: RedisSession): Promise<void> {
    try {
      await session.ping();
      if (this.#isCurrent(session)) this.#attempt = 0;
    } catch (error) {
      this.#consider(session, error);
    }
  }

  async #keep(session: RedisSession): Promise<void> {
    await this.#reader.noticeRewinds(session, false);
    if (this.#refusal === null || this.#refusal.code === 'full') await this.#trimIfDue(session);
    if (this.#refusal === null) return;
    const refusal = await this.#probe(session.commands);
    if (!this.#isCurrent(session)) return;
    if (refusal === null) {
      this.#refusal = null;
      this.#settleOpen();
    } else if (refusal.code === 'unsafe' && (await this.#isReplaced())) {
      // From here on nothing is heard either, which a refusal of writes would not say.
      this.#lose(session, unreachable(this.#name, 'another server has taken its place'));
    } else {
      this.#refuse(session, refusal);
    }
  }

  /**
   * Whether a new connection leads to one that takes writes: a master that was cut off from its replicas refuses them, and
   * carries on with those who have not heard of the next one. Ours is kept until then, since people hear each other over it.
   */
  async #isReplaced(): Promise<boolean> {
    const now = this.#clock.monotonicMs();
    if (now - this.#triedElsewhereAt < RETRY_ELSEWHERE_MS) return false;
    this.#triedElsewhereAt = now;
    let line: RedisLine | null = null;
    try {
      line = await this.#openLine(await this.#finder.find());
      return (await this.#probe(line)) === null;
    } catch {
      // Whoever can't be reached has replaced nobody.
      return false;
    } finally {
      line?.close();
    }
  }

  /** The trimming goes over another line than the records, which don't wait for it: it is done within a few more of them. */
  #added(bytes: number): void {
    this.#addedSinceTrim += bytes;
    const most = this.#limits.bytes * TRIM_FRACTION;
    if (this.#addedSinceTrim < most || this.#phase.kind !== 'open') return;
    const { session } = this.#phase;
    this.#trim(session, most).catch((error) => this.#consider(session, error));
  }

  async #trimIfDue(session: RedisSession): Promise<void> {
    if (this.#clock.monotonicMs() - this.#trimmedAt >= TRIM_EVERY_MS) await this.#trim(session);
  }

  async #trim({ commands }: RedisSession, roomBytes = 0): Promise<void> {
    if (this.#isTrimming) return;
    this.#isTrimming = true;
    this.#trimmedAt = this.#clock.monotonicMs();
    this.#addedSinceTrim = 0;
    try {
      await trimStream(commands, this.#ownStream, this.#limits, roomBytes);
    } catch (error) {
      const failure = explainFailure(error, this.#name);
      // It is not the trimming that is refused, but everything, or any write.
      if (failure.code === 'unreachable' || failure.code === 'closed' || isRefusal(failure)) throw failure;
      this.#warnOnce(`the stream of this node can not be trimmed: ${failure.message}`, { code: failure.code });
    } finally {
      this.#isTrimming = false;
    }
  }

  /** Whether Redis takes writes now: the reason why it does not. @throws {BusError} when it is another one */
  async #probe(line: RedisLine): Promise<BusError | null> {
    try {
      await line.call('XADD', this.#ownStream, '*', PROBE_FIELD, '');
      return null;
    } catch (error) {
      const failure = explainFailure(error, this.#name);
      if (isRefusal(failure)) return failure;
      throw failure;
    }
  }

  #write<T>(work: (session: RedisSession) => Promise<T>): Promise<T> {
    // Known to be refused: the upkeep asks once a second, for all.
    if (this.#phase.kind === 'open' && this.#refusal !== null) return Promise.reject(this.#refusal);
    return this.#command(work);
  }

  async #command<T>(work: (session: RedisSession) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed();
    if (this.#phase.kind !== 'open') {
      throw this.#status.state === 'away' ? this.#status.error : unreachable(this.#name, 'not connected yet');
    }
    const { session } = this.#phase;
    try {
      return await work(session);
    } catch (error) {
      this.#consider(session, error);
      throw explainFailure(error, this.#name);
    }
  }

  #openLine(server: RedisServer): Promise<RedisLine> {
    const { user, password, database } = this.#options.address;
    return this.#open(server, { user, password, database });
  }

  #openGuide(server: RedisServer): Promise<RedisLine> {
    const { address } = this.#options;
    if (address.kind !== 'sentinel') return this.#openLine(server);
    return this.#open(server, { user: address.sentinelUser, password: address.sentinelPassword, database: 0 });
  }

  async #open(
    server: RedisServer,
    who: { readonly user: string | null; readonly password: string | null; readonly database: number },
  ): Promise<RedisLine> {
    const tls = this.#options.address.isTls ? { ca: await this.#readCa() } : null;
    if (this.#isClosed) throw closed();
    const line = await RedisLine.open(server, { clock: this.#clock, deadlineMs: this.#deadlineMs, ...who, tls });
    if (this.#isClosed) {
      line.close();
      throw closed();
    }
    this.#lines.add(line);
    line.onEnd(() => this.#lines.delete(line));
    return line;
  }

  async #readCa(): Promise<string | null> {
    const { caFile } = this.#options;
    if (caFile === undefined) return null;
    try {
      return await readFile(caFile, 'utf8');
    } catch (error) {
      throw unsuitable(this.#name, `the certificates in ${caFile} can not be read: ${(error as Error).message}`);
    }
  }

  #settleOpen(): void {
    if (this.#refusal === null) this.#settleStatus({ state: 'connected' });
    else this.#settleAway(this.#refusal);
  }

  #settleAway(error: BusError): void {
    const since = this.#status.state === 'away' ? this.#status.since : this.#clock.now();
    this.#settleStatus({ state: 'away', error, since });
  }

  /** Each change is told once, and logged once. */
  #settleStatus(next: BusStatus): void {
    const last = this.#status;
    if (isSameStatus(last, next)) return;
    this.#status = next;
    this.#logStatus(last, next);
    for (const listener of [...this.#statusListeners]) listener(next);
  }

  #logStatus(last: BusStatus, next: BusStatus): void {
    const { log } = this.#options;
    if (next.state === 'away') {
      log.warn({ code: next.error.code }, `editing goes on without Redis: ${next.error.message}`);
    } else if (next.state === 'connected' && last.state === 'away') {
      log.info({ awayMs: this.#clock.now() - last.since }, `${this.#name} is back`);
    }
  }
}

function isSameStatus(one: BusStatus, other: BusStatus): boolean {
  if (one.state !== 'away' || other.state !== 'away') return one.state === other.state;
  return one.error.code === other.error.code;
}

/** It is there, and takes no writes. */
function isRefusal({ code }: BusError): boolean {
  return code === 'full' || code === 'read-only' || code === 'unsafe';
}
