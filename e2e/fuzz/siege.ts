import type { ServerProcess } from '@quire/testing';
import { showDuration } from '../soak/report.ts';
import { intrude } from './intruder.ts';
import {
  printScript,
  type Script,
  type Scripts,
  SESSIONS_PER_WATCH,
  setPieceCount,
  writeScript,
} from './session-script.ts';
import { Tally } from './tally.ts';

export interface SiegeOptions {
  readonly server: ServerProcess;
  readonly seed: number;
  /** Left out: those of a server that lets everybody in. */
  readonly scripts?: Scripts;
  say(line: string): void;
  deleteDocument(document: string): Promise<void>;
  /** Left out: everybody takes part. */
  takesPart?(script: Script): boolean;
}

/** So many intruders are there at once. */
const LANES = 24;
const CALM_LANES = 4;
const REPORT_EVERY_MS = 10_000;
/** Faults of one cause come in hundreds. */
const MOST_FAULTS = 20;
const LOG_TAIL_CHARACTERS = 4_000;

/** Intruders, one after the other and many at once, and what becomes of them. */
export class Siege {
  readonly tally = new Tally();
  /** What must not happen and did, in words. */
  readonly faults: string[] = [];
  readonly #options: SiegeOptions;
  readonly #scripts: Scripts;
  readonly #beganAt = performance.now();
  #next = 0;
  #toldAt = 0;

  constructor(options: SiegeOptions) {
    this.#options = options;
    this.#scripts = options.scripts ?? { setPieces: setPieceCount, write: writeScript };
  }

  accuse(words: string): void {
    if (this.faults.length >= MOST_FAULTS) return;
    this.faults.push(words);
    this.#options.say(`FAULT ${words}`);
  }

  /** The number of the session that comes next. */
  get next(): number {
    return this.#next;
  }

  hasSent(frames: number): boolean {
    return this.tally.frames >= frames && this.#next >= this.#scripts.setPieces;
  }

  /** Goes on until so many frames were sent, and all the set pieces were played; no longer than a watch lasts. */
  async goOn(frames: number, signal: AbortSignal): Promise<void> {
    const last = (Math.floor(this.#next / SESSIONS_PER_WATCH) + 1) * SESSIONS_PER_WATCH;
    const lane = async (): Promise<void> => {
      while (this.#next < last && !this.hasSent(frames)) {
        signal.throwIfAborted();
        const script = this.#scripts.write(this.#options.seed, this.#next);
        this.#next += 1;
        if (this.#options.takesPart?.(script) !== false) await this.#send(script);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** All the set pieces once more, a few at a time: what is a matter of time comes about where there is enough of it. */
  async repeatSetPieces(signal: AbortSignal): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < this.#scripts.setPieces) {
        signal.throwIfAborted();
        const script = this.#scripts.write(this.#options.seed, next);
        next += 1;
        await this.#send(script);
      }
    };
    await Promise.all(Array.from({ length: CALM_LANES }, lane));
  }

  async #send(script: Script): Promise<void> {
    const { server, deleteDocument } = this.#options;
    try {
      const outcome = await intrude(script, { port: server.port, deleteDocument });
      this.tally.note(script, outcome);
      const faults = outcome.ending === 'internal-error' ? [...outcome.faults, 'the server failed'] : outcome.faults;
      for (const fault of faults) this.accuse(`${fault}: ${printScript(script)}`);
    } catch (error) {
      // Whoever can't reach the server any more ends the run: nothing after this would say anything.
      throw new Error(
        `${(error as Error).message}\n${printScript(script)}\n${server.log.slice(-LOG_TAIL_CHARACTERS)}`,
        {
          cause: error,
        },
      );
    }
    this.#tell();
  }

  #tell(): void {
    const now = performance.now();
    if (now - this.#toldAt < REPORT_EVERY_MS) return;
    this.#toldAt = now;
    this.#options.say(`${showDuration(now - this.#beganAt)}: ${this.tally.summary()}`);
  }
}
