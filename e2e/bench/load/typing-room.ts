import { randomInt } from 'node:crypto';
import { createRandom } from '@quire/testing';
import * as Y from 'yjs';
import type { LoadDialect, Word } from './dialects.ts';
import { encodeCursorMove, encodeKeystroke } from './keystrokes.ts';
import { CursorsSeen, findLastCursors, LAST_CURSOR } from './last-cursors.ts';
import { Latencies } from './latencies.ts';
import { pace } from './pacer.ts';
import { pause } from './pause.ts';
import { type Heard, interpretWith, joinAll, Person } from './person.ts';
import { WordMemo } from './word-memo.ts';

export interface TypingRoomOptions {
  readonly dialect: LoadDialect;
  readonly port: number;
  /** Of another node, where every second person of a document is; left out: all are at the same one. */
  readonly otherPort?: number;
  readonly documents: readonly string[];
  readonly peoplePerDocument: number;
  /** Of the people of each document, the first so many type. */
  readonly writersPerDocument: number;
  readonly editsPerSecondPerWriter: number;
  readonly movesPerSecondPerWriter: number;
  /** Each edit moves its writer's cursor, as in an editor: one frame right behind the other. */
  readonly cursorWithEachEdit: boolean;
  /** Longest time that the load may go on: what is written in it is built beforehand. */
  readonly durationMs: number;
  /** Whether receipts are to be timed too. */
  readonly withReceipts: boolean;
}

/** A message of the server, as far as it counts: which edits of which writers it carries. */
interface Carried {
  readonly kind: 'edits' | 'presence' | 'receipt' | 'nothing';
  readonly writers: readonly Writer[];
  /** Clients whose last cursor it brings. */
  readonly lastCursors: readonly number[];
  readonly sentAt: readonly number[];
}

interface Writer {
  readonly client: number;
  readonly reader: Reader;
  readonly edits: readonly Buffer[];
  /** What the update of each edit weighs. */
  readonly weights: readonly number[];
  readonly moves: readonly Buffer[];
  /** Where its cursor stays when all is typed. */
  readonly lastMove: Buffer;
  /** When the edit of each clock was written; 0: not yet. */
  readonly sentAt: Float64Array;
  sent: number;
  moved: number;
  receipted: number;
}

interface Reader {
  readonly person: Person<Carried>;
  writer: Writer | null;
}

export interface RoomReadings {
  /** Written while it was measured. */
  readonly edits: number;
  /** Written in all, and the bytes of these updates, without the frames around them. */
  readonly typed: number;
  readonly typedBytes: number;
  readonly moves: number;
  /** Messages that reached anybody meanwhile. */
  readonly messages: number;
  /** Messages that brought somebody edits that count, whenever they came. */
  readonly editMessages: number;
  /** How often one edit reached one other person, and how often it should have. */
  readonly arrivals: number;
  readonly expectedArrivals: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How often somebody saw where another one's cursor stayed, and how often it should have been seen, if all are shown to all. */
  readonly cursorsSeen: number;
  readonly expectedCursors: number;
  readonly receipts: number;
  readonly receiptP50Ms: number;
  readonly receiptP99Ms: number;
}

const NOTHING: Carried = { kind: 'nothing', writers: [], lastCursors: [], sentAt: [] };
const PRESENCE: Carried = { ...NOTHING, kind: 'presence' };
const RECEIPT: Carried = { ...NOTHING, kind: 'receipt' };

/** Receipts of the handshake: its step 2 gets one. */
const HANDSHAKE_RECEIPTS = 1;
/** Client ids are drawn anew by every process: a document that outlives one would take another's edits for known. */
const FIRST_CLIENT = 1_000_000_000 + randomInt(3_000_000_000);
const CLIENT_STEP = 7_919;
const LOOK_EVERY_MS = 20;
/** Everybody types at a moment of their own, and moves at another one: the same in every run and for every contestant. */
const TYPING_ORDER_SEED = 1;
const MOVING_ORDER_SEED = 2;

let clientsSoFar = 0;

/** @throws when an edit did not reach everybody: what was measured then is a server that lost something */
export function expectComplete({
  arrivals,
  expectedArrivals,
}: Pick<RoomReadings, 'arrivals' | 'expectedArrivals'>): void {
  if (arrivals < expectedArrivals)
    throw new Error(`${expectedArrivals - arrivals} of ${expectedArrivals} arrivals are missing`);
}

/** People who type into documents, and a clock on every edit from the write to each arrival. */
export class TypingRoom {
  readonly #options: TypingRoomOptions;
  readonly #writers: Writer[] = [];
  readonly #readers: Reader[] = [];
  readonly #byClient = new Map<number, Writer>();
  readonly #latencies = new Latencies();
  readonly #receiptLatencies = new Latencies();
  #window = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  #edits = 0;
  #typed = 0;
  #typedBytes = 0;
  #moves = 0;
  #messages = 0;
  #editMessages = 0;
  readonly #cursorsSeen = new CursorsSeen();
  #looksForCursors = false;
  #stops: (() => void)[] = [];

  constructor(options: TypingRoomOptions) {
    this.#options = options;
    const memo = new WordMemo<Heard<Carried>>(
      options.dialect,
      interpretWith((word) => this.#interpret(word)),
    );
    for (const document of options.documents) {
      for (let index = 0; index < options.peoplePerDocument; index += 1) {
        const port = index % 2 === 1 ? (options.otherPort ?? options.port) : options.port;
        this.#readers.push(this.#createReader(document, memo, port, index < options.writersPerDocument));
      }
    }
  }

  get people(): number {
    return this.#readers.length;
  }

  async join(): Promise<void> {
    await joinAll(this.#readers.map(({ person }) => person));
    if (!this.#options.withReceipts) return;
    await Promise.all(this.#writers.map(({ reader }) => reader.person.receipts(HANDSHAKE_RECEIPTS)));
  }

  /** Begins to type. */
  start(): void {
    const { editsPerSecondPerWriter, movesPerSecondPerWriter } = this.#options;
    this.#stops = [
      paceInTurns(editsPerSecondPerWriter, shuffle(this.#writers, TYPING_ORDER_SEED), (writer) => this.#type(writer)),
      paceInTurns(movesPerSecondPerWriter, shuffle(this.#writers, MOVING_ORDER_SEED), (writer) => this.#move(writer)),
    ];
  }

  /** What is written from now on counts. */
  beginMeasuring(): void {
    this.#window = { from: performance.now(), to: Number.POSITIVE_INFINITY };
  }

  /** What is written from now on does not count; what was written before still may arrive. */
  endMeasuring(): void {
    this.#window = { ...this.#window, to: performance.now() };
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Waits until every edit that counts has reached everybody, or time is up. */
  async drain(timeoutMs: number): Promise<void> {
    const isComplete = (): boolean =>
      this.#latencies.count >= this.#expectedArrivals() &&
      (!this.#options.withReceipts || this.#receiptLatencies.count >= this.#edits);
    await untilSo(isComplete, timeoutMs);
  }

  /** Once all is typed: everybody's cursor moves once more, and everybody is to see it, or time is up. */
  async showLastCursors(timeoutMs: number): Promise<void> {
    this.#looksForCursors = true;
    for (const { lastMove, reader } of this.#writers) reader.person.write(lastMove);
    await untilSo(() => this.#cursorsSeen.count >= this.#expectedCursors, timeoutMs);
  }

  leave(): void {
    for (const { person } of this.#readers) person.leave();
  }

  /** How much of what counts has arrived so far, whoever lost their connection. */
  get arrived(): Pick<RoomReadings, 'arrivals' | 'expectedArrivals'> {
    return { arrivals: this.#latencies.count, expectedArrivals: this.#expectedArrivals() };
  }

  /** How many connections were lost. */
  get lost(): number {
    return this.#readers.filter(({ person }) => person.ending !== null).length;
  }

  /** @throws when somebody's connection was lost on the way */
  read(): RoomReadings {
    const endings = this.#readers.flatMap(({ person }) => person.ending ?? []);
    if (endings.length > 0) {
      const ways = [...new Set(endings)].join(', ');
      throw new Error(`the server closed ${endings.length} of ${this.#readers.length} connections, ${ways}`);
    }
    return {
      edits: this.#edits,
      typed: this.#typed,
      typedBytes: this.#typedBytes,
      moves: this.#moves,
      messages: this.#messages,
      editMessages: this.#editMessages,
      arrivals: this.#latencies.count,
      expectedArrivals: this.#expectedArrivals(),
      p50Ms: this.#latencies.quantile(0.5),
      p99Ms: this.#latencies.quantile(0.99),
      maxMs: this.#latencies.maxMs,
      cursorsSeen: this.#cursorsSeen.count,
      expectedCursors: this.#expectedCursors,
      receipts: this.#receiptLatencies.count,
      receiptP50Ms: this.#receiptLatencies.quantile(0.5),
      receiptP99Ms: this.#receiptLatencies.quantile(0.99),
    };
  }

  get #expectedCursors(): number {
    return this.#looksForCursors ? this.#writers.length * (this.#options.peoplePerDocument - 1) : 0;
  }

  #expectedArrivals(): number {
    return this.#edits * (this.#options.peoplePerDocument - 1);
  }

  #createReader(document: string, memo: WordMemo<Heard<Carried>>, port: number, types: boolean): Reader {
    const { dialect } = this.#options;
    const reader: Reader = {
      person: new Person<Carried>({ dialect, port, document, memo, onHeard: (carried) => this.#hear(reader, carried) }),
      writer: null,
    };
    if (types) reader.writer = this.#createWriter(reader, document);
    return reader;
  }

  #createWriter(reader: Reader, document: string): Writer {
    const { cursorWithEachEdit, dialect, durationMs, editsPerSecondPerWriter, movesPerSecondPerWriter } = this.#options;
    const client = FIRST_CLIENT + CLIENT_STEP * clientsSoFar;
    clientsSoFar += 1;
    const editCount = Math.ceil((durationMs * editsPerSecondPerWriter) / 1000) + 2;
    const moveCount = Math.ceil((durationMs * movesPerSecondPerWriter) / 1000) + 2;
    const cursorAt = (clock: number): Buffer => dialect.presence(document, encodeCursorMove(client, clock));
    const updates = Array.from({ length: editCount }, (_, clock) => encodeKeystroke(client, clock));
    const writer: Writer = {
      client,
      reader,
      edits: updates.map((update, clock) => {
        const edit = dialect.update(document, update);
        return cursorWithEachEdit ? Buffer.concat([edit, cursorAt(clock + 1)]) : edit;
      }),
      weights: updates.map((update) => update.length),
      moves: Array.from({ length: moveCount }, (_, clock) => cursorAt(clock + 1)),
      lastMove: cursorAt(LAST_CURSOR),
      sentAt: new Float64Array(editCount),
      sent: 0,
      moved: 0,
      receipted: 0,
    };
    this.#writers.push(writer);
    this.#byClient.set(client, writer);
    return writer;
  }

  #type(writer: Writer): void {
    const frame = writer.edits[writer.sent];
    if (frame === undefined) return;
    const now = performance.now();
    writer.sentAt[writer.sent] = now;
    this.#typed += 1;
    this.#typedBytes += writer.weights[writer.sent] ?? 0;
    writer.sent += 1;
    writer.reader.person.write(frame);
    if (!this.#isCounted(now)) return;
    this.#edits += 1;
    if (this.#options.cursorWithEachEdit) this.#moves += 1;
  }

  #move(writer: Writer): void {
    const frame = writer.moves[writer.moved];
    if (frame === undefined) return;
    writer.moved += 1;
    writer.reader.person.write(frame);
    if (this.#isCounted(performance.now())) this.#moves += 1;
  }

  #isCounted(sentAt: number): boolean {
    return sentAt >= this.#window.from && sentAt < this.#window.to;
  }

  #interpret(word: Word): Carried {
    switch (word.kind) {
      case 'changes':
        return this.#findEdits(word.update);
      case 'presence':
        return this.#looksForCursors ? { ...PRESENCE, lastCursors: findLastCursors(word.presence) } : PRESENCE;
      case 'receipt':
        return word.saved ? RECEIPT : NOTHING;
      case 'authenticated':
      case 'denied':
      case 'step-1':
      case 'other':
        return NOTHING;
      default:
        return word satisfies never;
    }
  }

  #findEdits(update: Uint8Array): Carried {
    const { from, to } = Y.parseUpdateMeta(update);
    const writers: Writer[] = [];
    const sentAt: number[] = [];
    for (const [client, end] of to) {
      const writer = this.#byClient.get(client);
      if (writer === undefined) continue;
      for (let clock = from.get(client) ?? 0; clock < end; clock += 1) {
        writers.push(writer);
        sentAt.push(writer.sentAt[clock] ?? 0);
      }
    }
    return { ...NOTHING, kind: 'edits', writers, sentAt };
  }

  #hear(reader: Reader, carried: Carried): void {
    const now = performance.now();
    if (now >= this.#window.from && now < this.#window.to) this.#messages += 1;
    switch (carried.kind) {
      case 'edits':
        if (this.#countArrivals(reader, carried, now) > 0) this.#editMessages += 1;
        return;
      case 'receipt':
        this.#takeReceipt(reader.writer, now);
        return;
      case 'presence':
        this.#cursorsSeen.add(reader, carried.lastCursors, reader.writer?.client ?? null);
        return;
      case 'nothing':
        return;
      default:
        carried.kind satisfies never;
    }
  }

  #countArrivals(reader: Reader, { writers, sentAt }: Carried, now: number): number {
    const { from, to } = this.#window;
    let counted = 0;
    for (let index = 0; index < sentAt.length; index += 1) {
      const at = sentAt[index] as number;
      // Some servers send an edit back to its writer, who does not wait for it.
      if (at < from || at >= to || writers[index] === reader.writer) continue;
      this.#latencies.add(now - at);
      counted += 1;
    }
    return counted;
  }

  /** Receipts come in the order of the edits. */
  #takeReceipt(writer: Writer | null, now: number): void {
    if (writer === null) return;
    writer.receipted += 1;
    const clock = writer.receipted - HANDSHAKE_RECEIPTS - 1;
    const at = clock >= 0 && clock < writer.sent ? (writer.sentAt[clock] as number) : 0;
    if (this.#isCounted(at)) this.#receiptLatencies.add(now - at);
  }
}

/** Looks now and then, until it is so or time is up. */
async function untilSo(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isSo() && performance.now() < deadline) await pause(LOOK_EVERY_MS);
}

/** Each acts so often a second, evenly spread over all. @returns the function that stops it */
function paceInTurns(ratePerSecond: number, writers: readonly Writer[], act: (writer: Writer) => void): () => void {
  return pace(ratePerSecond * writers.length, (index) => act(writers[index % writers.length] as Writer));
}

function shuffle<T>(items: readonly T[], seed: number): readonly T[] {
  const random = createRandom(seed);
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}
