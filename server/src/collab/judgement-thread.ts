import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { FairLines } from '../fair-lines.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { type Case, type Finding, weighCase } from './judgement.ts';

export interface Question {
  readonly number: number;
  readonly asked: Case;
}

export interface Answer {
  readonly number: number;
  readonly finding: Finding;
}

type Sound = Extract<Finding, { kind: 'sound' }>;

export type Ruling =
  | Exclude<Finding, Sound>
  /** What was found out is as large, and goes on to be compared with the document: its room is given back by `letGo`, once. */
  | (Sound & { letGo(): void })
  /** It took more time or memory than a judgement may. */
  | { readonly kind: 'beyond-budget' }
  /** The thread died of something that is our fault. */
  | { readonly kind: 'failed' }
  /** Others, who have less waiting, needed the room. */
  | { readonly kind: 'crowded-out' }
  /** Nobody has to do with it any more. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'closed' };

/** A ruling whose room is still taken. */
type Outcome = Exclude<Ruling, { kind: 'sound' }> | Sound;

/** Whose an update is. */
export interface Sender {
  /** Those of one party have their turns one after the other, and parties in turn. */
  readonly party: string;
  /** Whether anybody still has to do with it; if nobody has at some look, it is given up. */
  isWanted(): boolean;
}

/** Judges updates that are too large to be judged where they arrive. */
export interface Judge {
  /**
   * Who has most waiting makes room for who has less. An update larger than what may wait passes when it is alone: otherwise
   * it never would.
   *
   * @param bytes what its case will weigh, or more
   * @returns false where there is no room
   */
  makeRoomFor(bytes: number, sender: Sender): boolean;
  /** Of one party in the order in which they are asked. The memory of the update changes hands. */
  judge(asked: Case, sender: Sender): Promise<Ruling>;
  /** What waits or is being judged is abandoned, and all that is asked from now on. */
  close(): void;
}

/** A thread, as far as it can be asked and ended. */
export interface JudgementWorker {
  ask(question: Question): void;
  /** Nothing is asked for now: it keeps no process alive. */
  rest(): void;
  terminate(): void;
}

export interface WorkerListener {
  onAnswer(answer: Answer): void;
  /** It is no more. May be told more than once. */
  onEnd(cause: unknown): void;
}

export interface JudgementThreadOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error'>;
  readonly meters: CollabMeters | null;
  /** Of all updates that wait, are being judged, or are compared with their document after that. */
  readonly maxBytes: number;
  /** How long one judgement may take. */
  readonly maxMs: number;
  readonly maxHeapMb: number;
  /** Left out: a thread of this process. */
  readonly startWorker?: typeof startJudgementWorker;
}

interface Asked {
  readonly question: Question;
  readonly sender: Sender;
  readonly bytes: number;
  readonly askedAtMs: number;
  resolve(ruling: Ruling): void;
}

/** Starting a thread costs about 50 ms and 10 MB: kept through busy times, given back after them. */
const IDLE_MS = 30_000;

/**
 * How often it is looked whether somebody still wants what is judged, and what waits. To abandon a judgement costs a new
 * thread, which is no gain for one that ends within some of these anyway.
 */
const LOOK_MS = 250;

/**
 * One worker thread for all documents, started by the first large update and ended when none has come for a while.
 * Whatever an update does in there, loop or take memory, it does to the thread: that is ended, and the next update gets
 * a new one.
 */
export class JudgementThread implements Judge {
  readonly #options: JudgementThreadOptions;
  readonly #waiting = new FairLines<Asked>(({ bytes }) => bytes);
  #current: Asked | null = null;
  #worker: JudgementWorker | null = null;
  /** Which worker it is: what one says that is gone is nobody's business. */
  #generation = 0;
  #number = 0;
  #bytes = 0;
  #cancelBudget: () => void = () => {};
  #stopLooking: () => void = () => {};
  #cancelIdle: () => void = () => {};
  #closed = false;

  constructor(options: JudgementThreadOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#worker !== null;
  }

  makeRoomFor(bytes: number, { party }: Sender): boolean {
    this.#dismissUnwanted();
    const lacking = this.#bytes + bytes - this.#options.maxBytes;
    if (this.#bytes === 0 || lacking <= 0) return true;
    const yielding = this.#waiting.findWhatYields(party, bytes, lacking);
    for (const { item } of yielding ?? []) this.#dismiss(item, { kind: 'crowded-out' });
    return yielding !== null;
  }

  judge(asked: Case, sender: Sender): Promise<Ruling> {
    if (this.#closed) return Promise.resolve({ kind: 'closed' });
    return new Promise((resolve) => {
      this.#number += 1;
      const bytes = weighCase(asked);
      const askedAtMs = this.#options.clock.monotonicMs();
      this.#waiting.push(sender.party, {
        question: { number: this.#number, asked },
        sender,
        bytes,
        askedAtMs,
        resolve,
      });
      this.#count(1, bytes);
      if (this.#current === null) this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelIdle();
    this.#endWorker();
    this.#rule({ kind: 'closed' });
    for (const [, asked] of [...this.#waiting]) this.#dismiss(asked, { kind: 'closed' });
  }

  #next(): void {
    this.#dismissUnwanted();
    for (let asked = this.#waiting.take(); asked !== undefined; asked = this.#waiting.take()) {
      if (this.#begin(asked)) return;
    }
    this.#rest();
  }

  /** @returns false where no thread could be started or asked: it has its answer, and nothing may wait for it (G4) */
  #begin(asked: Asked): boolean {
    this.#cancelIdle();
    this.#current = asked;
    try {
      this.#worker ??= this.#startWorker();
      this.#worker.ask(asked.question);
    } catch (cause) {
      this.#options.log.error({ err: cause }, 'no thread could be asked to judge a large update');
      this.#endWorker();
      this.#rule({ kind: 'failed' });
      return false;
    }
    const { clock, maxMs } = this.#options;
    this.#cancelBudget = clock.after(maxMs, () => this.#lose({ kind: 'beyond-budget' }));
    this.#stopLooking = clock.every(LOOK_MS, () => this.#look());
    return true;
  }

  #look(): void {
    this.#dismissUnwanted();
    if (this.#current?.sender.isWanted() === false) this.#lose({ kind: 'unwanted' });
  }

  #dismissUnwanted(): void {
    for (const [, asked] of [...this.#waiting]) {
      if (!asked.sender.isWanted()) this.#dismiss(asked, { kind: 'unwanted' });
    }
  }

  /** It waits no longer. */
  #dismiss(asked: Asked, ruling: Outcome): void {
    this.#waiting.remove(asked.sender.party, asked);
    this.#settle(asked, ruling);
  }

  #startWorker(): JudgementWorker {
    this.#generation += 1;
    const generation = this.#generation;
    const { maxHeapMb, startWorker = startJudgementWorker } = this.#options;
    return startWorker(maxHeapMb, {
      onAnswer: ({ number, finding }) => {
        if (generation !== this.#generation || this.#current?.question.number !== number) return;
        this.#rule(finding);
        this.#next();
      },
      onEnd: (cause) => {
        if (generation === this.#generation) this.#lose(this.#explain(cause));
      },
    });
  }

  #explain(cause: unknown): Outcome {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return { kind: 'beyond-budget' };
    }
    this.#options.log.error({ err: cause }, 'the thread that judges large updates died');
    return { kind: 'failed' };
  }

  /** The worker goes, and whoever it was busy with is told why. */
  #lose(ruling: Outcome): void {
    this.#endWorker();
    this.#rule(ruling);
    this.#next();
  }

  #endWorker(): void {
    this.#generation += 1;
    const worker = this.#worker;
    this.#worker = null;
    worker?.terminate();
  }

  #rule(ruling: Outcome): void {
    this.#cancelBudget();
    this.#stopLooking();
    const asked = this.#current;
    this.#current = null;
    if (asked !== null) this.#settle(asked, ruling);
  }

  #settle(asked: Asked, outcome: Outcome): void {
    const { clock, meters } = this.#options;
    meters?.judgingTime.observeMs(clock.monotonicMs() - asked.askedAtMs);
    const letGo = (): void => this.#count(-1, -asked.bytes);
    if (outcome.kind === 'sound') {
      asked.resolve({ ...outcome, letGo });
      return;
    }
    letGo();
    asked.resolve(outcome);
  }

  #count(updates: number, bytes: number): void {
    this.#bytes += bytes;
    this.#options.meters?.judging(updates, bytes);
  }

  #rest(): void {
    this.#cancelIdle();
    const worker = this.#worker;
    if (worker === null) return;
    worker.rest();
    this.#cancelIdle = this.#options.clock.after(IDLE_MS, () => this.#endWorker());
  }
}

export function startJudgementWorker(maxHeapMb: number, listener: WorkerListener): JudgementWorker {
  // Run from source or from a build, the worker has the extension of this file.
  const main = new URL(`./judgement-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
  const worker = new Worker(main, { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } });
  worker.on('message', (answer: Answer) => listener.onAnswer(answer));
  worker.on('error', (cause) => listener.onEnd(cause));
  worker.on('exit', (code) => listener.onEnd(new Error(`The judging thread ended with code ${code}`)));
  return {
    ask(question) {
      worker.ref();
      const { buffer } = question.asked.update;
      worker.postMessage(question, buffer instanceof ArrayBuffer ? [buffer] : []);
    },
    rest: () => worker.unref(),
    // Nothing waits for its end; it holds nothing.
    terminate: () => void worker.terminate(),
  };
}

const MIB = 1024 * 1024;
/** What the thread itself takes, and the largest text that a frame can bring, decoded, read and written again. */
const HEAP_BASE_MB = 320;
/** A struct is an item, its content, up to three ids, and its place in some lists: measured, about as much at the worst. */
const HEAP_BYTES_PER_PART = 1024;

/** Memory that judging an update of so many parts may take. */
export function heapForJudging(maxParts: number): number {
  return HEAP_BASE_MB + Math.ceil((maxParts * HEAP_BYTES_PER_PART) / MIB);
}
