import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import type { Case, Finding } from './judgement.ts';

export interface Question {
  readonly number: number;
  readonly asked: Case;
}

export interface Answer {
  readonly number: number;
  readonly finding: Finding;
}

export type Ruling =
  | Finding
  /** It took more time or memory than a judgement may. */
  | { readonly kind: 'beyond-budget' }
  /** The thread died of something that is our fault. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'closed' };

/** Judges updates that are too large to be judged where they arrive. */
export interface Judge {
  /** An update larger than what may wait passes when it is alone: otherwise it never would. */
  hasRoomFor(bytes: number): boolean;
  /** In the order in which they are asked. The memory of the update changes hands. */
  judge(asked: Case): Promise<Ruling>;
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
  /** Of all updates that wait or are being judged. */
  readonly maxBytes: number;
  /** How long one judgement may take. */
  readonly maxMs: number;
  readonly maxHeapMb: number;
  /** Left out: a thread of this process. */
  readonly startWorker?: typeof startJudgementWorker;
}

interface Asked {
  readonly question: Question;
  readonly bytes: number;
  readonly askedAtMs: number;
  resolve(ruling: Ruling): void;
}

/** Starting a thread costs about 50 ms and 10 MB: kept through busy times, given back after them. */
const IDLE_MS = 30_000;

/**
 * One worker thread for all documents, started by the first large update and ended when none has come for a while.
 * Whatever an update does in there, loop or take memory, it does to the thread: that is ended, and the next update gets
 * a new one.
 */
export class JudgementThread implements Judge {
  readonly #options: JudgementThreadOptions;
  readonly #waiting: Asked[] = [];
  #current: Asked | null = null;
  #worker: JudgementWorker | null = null;
  /** Which worker it is: what one says that is gone is nobody's business. */
  #generation = 0;
  #number = 0;
  #bytes = 0;
  #cancelBudget: () => void = () => {};
  #cancelIdle: () => void = () => {};
  #closed = false;

  constructor(options: JudgementThreadOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#worker !== null;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#options.maxBytes;
  }

  judge(asked: Case): Promise<Ruling> {
    if (this.#closed) return Promise.resolve({ kind: 'closed' });
    return new Promise((resolve) => {
      this.#number += 1;
      const bytes = asked.update.length;
      const askedAtMs = this.#options.clock.monotonicMs();
      this.#waiting.push({ question: { number: this.#number, asked }, bytes, askedAtMs, resolve });
      this.#count(1, bytes);
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelIdle();
    this.#endWorker();
    this.#rule({ kind: 'closed' });
    for (const asked of this.#waiting.splice(0)) this.#settle(asked, { kind: 'closed' });
  }

  #next(): void {
    if (this.#current !== null) return;
    const asked = this.#waiting.shift();
    if (asked === undefined) {
      this.#rest();
      return;
    }
    this.#cancelIdle();
    this.#current = asked;
    this.#worker ??= this.#startWorker();
    this.#worker.ask(asked.question);
    this.#cancelBudget = this.#options.clock.after(this.#options.maxMs, () => this.#lose({ kind: 'beyond-budget' }));
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

  #explain(cause: unknown): Ruling {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return { kind: 'beyond-budget' };
    }
    this.#options.log.error({ err: cause }, 'the thread that judges large updates died');
    return { kind: 'failed' };
  }

  /** The worker goes, and whoever it was busy with is told why. */
  #lose(ruling: Ruling): void {
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

  #rule(ruling: Ruling): void {
    this.#cancelBudget();
    const asked = this.#current;
    this.#current = null;
    if (asked !== null) this.#settle(asked, ruling);
  }

  #settle(asked: Asked, ruling: Ruling): void {
    this.#count(-1, -asked.bytes);
    const { clock, meters } = this.#options;
    meters?.judgingTime.observeMs(clock.monotonicMs() - asked.askedAtMs);
    asked.resolve(ruling);
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
