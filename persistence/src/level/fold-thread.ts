import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { PersistenceErrorCode } from '../errors.ts';
import { PersistenceError } from '../errors.ts';
import type { BuryJob, BuryResult, FoldJob, FoldResult, Job, JobResult } from './fold-jobs.ts';

export interface Question {
  readonly number: number;
  readonly job: Job;
}

export type Answer =
  | { readonly number: number; readonly result: JobResult }
  | {
      readonly number: number;
      readonly failure: {
        readonly code: PersistenceErrorCode;
        readonly message: string;
        readonly document?: string;
        readonly key?: string;
      };
    };

interface Asked {
  readonly question: Question;
  resolve(result: JobResult): void;
  reject(error: PersistenceError): void;
}

/** Starting a thread costs about 50 ms and 10 MB: kept through busy times, given back after them. */
const IDLE_MS = 30_000;

/** One worker thread, started by the first job and ended when none has come for a while. Jobs run one at a time. */
export class FoldThread {
  readonly #clock: Clock;
  readonly #waiting: Asked[] = [];
  #worker: Worker | null = null;
  #current: Asked | null = null;
  #number = 0;
  #cancelIdle: () => void = () => {};
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#worker !== null;
  }

  run(job: FoldJob): Promise<FoldResult>;
  run(job: BuryJob): Promise<BuryResult>;
  run(job: Job): Promise<JobResult> {
    if (this.#closed) return Promise.reject(new PersistenceError('CLOSED', 'The store is closed'));
    return new Promise((resolve, reject) => {
      this.#number += 1;
      this.#waiting.push({ question: { number: this.#number, job }, resolve, reject });
      this.#next();
    });
  }

  /** What runs is abandoned: a fold changes nothing before its batch. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelIdle();
    const worker = this.#worker;
    this.#worker = null;
    const closed = new PersistenceError('CLOSED', 'The store closed before the fold was done');
    this.#current?.reject(closed);
    this.#current = null;
    for (const asked of this.#waiting.splice(0)) asked.reject(closed);
    await worker?.terminate();
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
    // Packed for this trip, so the memory may change hands. The snapshot's may belong to others and is copied.
    const { buffer } = asked.question.job.entries;
    const worker = this.#start();
    worker.ref();
    worker.postMessage(asked.question, buffer instanceof ArrayBuffer ? [buffer] : []);
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    // Run from source or from a build, the worker has the extension of this file.
    const worker = new Worker(new URL(`./fold-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url));
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#answer(worker, answer));
    worker.on('error', (cause) => this.#lose(worker, cause));
    worker.on('exit', (code) => this.#lose(worker, new Error(`The fold thread ended with code ${code}`)));
    return worker;
  }

  #answer(worker: Worker, answer: Answer): void {
    if (worker !== this.#worker || this.#current?.question.number !== answer.number) return;
    const asked = this.#current;
    this.#current = null;
    if ('result' in answer) asked.resolve(answer.result);
    else asked.reject(new PersistenceError(answer.failure.code, answer.failure.message, answer.failure));
    this.#next();
  }

  #lose(worker: Worker, cause: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    const asked = this.#current;
    this.#current = null;
    const document = asked?.question.job.document;
    asked?.reject(
      new PersistenceError('FOLD_FAILED', 'The fold thread died', {
        cause,
        ...(document === undefined ? {} : { document }),
      }),
    );
    this.#next();
  }

  #rest(): void {
    this.#worker?.unref();
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(IDLE_MS, () => {
      const worker = this.#worker;
      this.#worker = null;
      // Nothing waits for its end; it holds nothing.
      void worker?.terminate();
    });
  }
}
