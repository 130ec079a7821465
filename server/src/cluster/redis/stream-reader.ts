import { ReadingPace } from './reading-pace.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLine } from './redis-line.ts';
import { asNumber, readLastId, readStreams } from './redis-replies.ts';
import type { RedisSession } from './redis-session.ts';
import { compareStreamIds, STREAM_START, type StreamId } from './stream-id.ts';

export type TakeRecords = (from: string, records: readonly Uint8Array[]) => Promise<void>;

/** How long Redis holds a reading for which there is nothing: so long does a stream wait that is followed anew. */
const BLOCK_MS = 500;

/** Reads the streams of other nodes. Where it is outlives the connections over which it reads. */
export class StreamReader {
  readonly #keys: RedisKeys;
  readonly #deadlineMs: number;
  /** By node: the last entry that was taken. */
  readonly #positions = new Map<string, StreamId>();
  /** By node: how long its stream was when it was last looked at. */
  readonly #lengths = new Map<string, number>();
  readonly #pace = new ReadingPace();
  #take: TakeRecords | null = null;
  #wake: () => void = () => {};
  #reading: Promise<unknown> = Promise.resolve();

  constructor(keys: RedisKeys, deadlineMs: number) {
    this.#keys = keys;
    this.#deadlineMs = deadlineMs;
  }

  onRecords(take: TakeRecords): void {
    this.#take = take;
    this.#wake();
  }

  /** @throws {BusError} */
  async follow(nodes: readonly string[], line: RedisLine): Promise<void> {
    const fresh = nodes.filter((node) => !this.#positions.has(node));
    const starts = await Promise.all(fresh.map(async (node) => [node, await this.#lastId(node, line)] as const));
    for (const node of [...this.#positions.keys()]) if (!nodes.includes(node)) this.#positions.delete(node);
    for (const [node, lastId] of starts) {
      // Whoever called at the same time may have begun earlier in the stream.
      if (!this.#positions.has(node)) this.#positions.set(node, lastId ?? STREAM_START);
    }
    for (const node of [...this.#lengths.keys()]) if (!this.#positions.has(node)) this.#lengths.delete(node);
    this.#wake();
  }

  /** Reads until the line ends; never two at once, since the one who takes records of the last line may still be at it. */
  read(line: RedisLine): Promise<void> {
    const reading = this.#reading.then(() => this.#readOn(line));
    this.#reading = reading.catch(() => {}); // told to who asked for it
    return reading;
  }

  /**
   * Streams that end before what was read of them were flushed, or are an older state of themselves (R11): they are read from
   * their new start. Looking at the last entry brings the whole record along, so it is done only where the stream has become
   * shorter, or `mayBeAnother`, and where records go.
   *
   * @throws {BusError}
   */
  async noticeRewinds({ commands, records }: RedisSession, mayBeAnother: boolean): Promise<void> {
    await Promise.all(
      [...this.#positions].map(async ([node, position]) => {
        const length = asNumber(await commands.call('XLEN', this.#keys.stream(node)));
        const before = this.#lengths.get(node);
        this.#lengths.set(node, length);
        if (length > 0 && !mayBeAnother && before !== undefined && length >= before) return;
        const lastId = (length === 0 ? null : await this.#lastId(node, records)) ?? STREAM_START;
        const isBehind = compareStreamIds(lastId, position) < 0;
        // Read on meanwhile: the next look is at what it is now.
        if (isBehind && this.#positions.get(node) === position) this.#positions.set(node, STREAM_START);
      }),
    );
  }

  async #lastId(node: string, line: RedisLine): Promise<StreamId | null> {
    return readLastId(await line.call('XREVRANGE', this.#keys.stream(node), '+', '-', 'COUNT', 1));
  }

  async #readOn(line: RedisLine): Promise<void> {
    let isOver = false;
    line.onEnd(() => {
      isOver = true;
      this.#wake();
    });
    // The next is asked for once those before are taken. Asked for earlier, it would bring the first record alone that comes
    // meanwhile, and what comes behind that would wait for one more round of the disk.
    while (!isOver) {
      if (this.#take === null || this.#positions.size === 0) await this.#somethingToRead();
      else await this.#readOnce(line);
    }
  }

  async #readOnce(line: RedisLine): Promise<void> {
    const nodes = [...this.#positions.keys()];
    const nodeByKey = new Map(nodes.map((node) => [this.#keys.stream(node), node]));
    const streams = [...nodeByKey.keys(), ...this.#positions.values()];
    const pages = readStreams(await this.#ask(streams, line));
    const came = [...pages.values()].flatMap(({ records }) => records);
    if (pages.size > 0) this.#pace.took(came, pages.size);
    for (const [key, { lastId, records }] of pages) {
      const node = nodeByKey.get(key);
      if (node === undefined || !this.#positions.has(node)) continue;
      if (records.length > 0) await this.#take?.(node, records);
      if (this.#positions.has(node)) this.#positions.set(node, lastId);
    }
  }

  async #ask(streams: readonly string[], line: RedisLine): Promise<unknown> {
    const options = ['COUNT', this.#pace.records, 'BLOCK', BLOCK_MS, 'STREAMS'];
    try {
      return await line.callWithin(BLOCK_MS + this.#deadlineMs, 'XREAD', ...options, ...streams);
    } catch (error) {
      this.#pace.missed();
      throw error;
    }
  }

  #somethingToRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => {};
        resolve();
      };
    });
  }
}
