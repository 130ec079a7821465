import { setMaxListeners } from 'node:events';
import { createRandom, type ServerProcess, startServer } from '@quire/testing';
import { KeptDocuments } from './load/kept-documents.ts';
import { play } from './load/play.ts';
import { createTally, type Stage, type Tally } from './load/stage.ts';
import { findComplaints } from './log-complaints.ts';
import type { Glance } from './measures.ts';
import { pause } from './pause.ts';
import { readEnd } from './read-end.ts';
import { describeUnrest, showDuration, showValue } from './report.ts';
import { inspectable, openServerGauge, returningAllocator, type ServerGauge } from './server-gauge.ts';
import { higherOf, type Row } from './verdict.ts';

export interface SoakRun {
  readonly minutes: number;
  readonly seed: number;
  /** Ends it early: everybody leaves, the server stops, and the run fails. */
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface SoakResult {
  readonly rows: readonly Row[];
  /** What must not happen and did, in words. */
  readonly faults: readonly string[];
  readonly tally: Readonly<Tally>;
  readonly documents: number;
}

const MINUTE_MS = 60_000;
/**
 * The same load, before anything is measured: code is compiled, pools and caches are filled, and the memory of the
 * process has grown to what the load needs. It is long enough for the rarest act, the opening of a big document, to have
 * happened to each of them, and for sockets that say nothing to have been closed.
 */
const WARM_UP_MS = 45_000;
const LOOK_EVERY_MS = 2_000;
const REPORT_EVERY_MS = 10_000;
/** Faults of one cause come in hundreds. */
const MOST_FAULTS = 50;

/** Holds a mixed load on a server of its own, and compares what the server holds afterwards with what it held before. */
export async function runSoak({ minutes, seed, signal, say }: SoakRun): Promise<SoakResult> {
  const server = await startServer({
    ownProcess: true,
    env: { ...inspectable, ...returningAllocator, QUIRE_APP: 'false' },
  });
  const random = createRandom(seed);
  const run = new Run(server, say);
  let gauge: ServerGauge | null = null;
  try {
    gauge = await openServerGauge(server);
    say(`warming up for ${showDuration(WARM_UP_MS)}`);
    await run.phase(gauge, WARM_UP_MS, random.fork(), signal);
    say('everybody has left; the server comes to rest');
    await gauge.rest(signal);
    const start = await gauge.read();
    run.faults(describeUnrest(start));
    say(`the load begins, and lasts for ${showDuration(minutes * MINUTE_MS)}`);
    const peak = await run.phase(gauge, minutes * MINUTE_MS, random.fork(), signal);
    say('everybody has left; opening every document once more');
    run.faults(await run.kept.findLosses(server));
    say('everybody has left again; the server comes to rest');
    const rows = await readEnd(gauge, start, peak, signal);
    gauge.close();
    await server.stop().catch((error: Error) => run.faults([error.message]));
    run.faults(findComplaints(server.log));
    return { rows, faults: run.found, tally: run.tally, documents: run.kept.names.length };
  } finally {
    gauge?.close();
    // After a run that went through it has ended; otherwise what went wrong is on its way already.
    await server.stop().catch(() => {});
  }
}

/** What goes on over all phases of a run. */
class Run {
  readonly kept = new KeptDocuments();
  readonly tally = createTally();
  readonly found: string[] = [];
  readonly #server: ServerProcess;
  readonly #say: (line: string) => void;

  constructor(server: ServerProcess, say: (line: string) => void) {
    this.#server = server;
    this.#say = say;
  }

  faults(words: readonly string[]): void {
    for (const fault of words) {
      if (this.found.length >= MOST_FAULTS) return;
      this.found.push(fault);
      this.#say(`FAULT ${fault}`);
    }
  }

  /** Plays for so long, until everybody has left. @returns the highest that was seen meanwhile */
  async phase(
    gauge: ServerGauge,
    durationMs: number,
    random: Parameters<typeof play>[1],
    signal: AbortSignal,
  ): Promise<Glance> {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), durationMs);
    const curtain = AbortSignal.any([signal, end.signal]);
    // Every pause of every part listens to it.
    setMaxListeners(0, curtain);
    const stage: Stage = {
      server: this.#server,
      curtain,
      kept: this.kept,
      did: (deed, times = 1) => {
        this.tally[deed] += times;
      },
      fault: (words) => this.faults([words]),
    };
    // Where nothing can be seen any more, the play has no use.
    const watching = this.#watch(gauge, durationMs, curtain).finally(() => end.abort());
    await Promise.allSettled([watching, play(stage, random)]);
    clearTimeout(timer);
    signal.throwIfAborted();
    return watching;
  }

  /** Looks every now and then, once in the middle with everything that can be read, and tells how it goes. */
  async #watch(gauge: ServerGauge, durationMs: number, curtain: AbortSignal): Promise<Glance> {
    const beganAt = performance.now();
    let peak: Glance = {};
    let toldAt = 0;
    let wasRead = false;
    while (!curtain.aborted) {
      const { glance, edits } = await gauge.glance();
      peak = higherOf(peak, glance);
      const elapsedMs = performance.now() - beganAt;
      if (elapsedMs - toldAt >= REPORT_EVERY_MS) {
        toldAt = elapsedMs;
        this.#say(`${showDuration(elapsedMs)} of ${showDuration(durationMs)}: ${describe(glance, edits)}`);
      }
      if (!wasRead && elapsedMs > durationMs / 2) {
        wasRead = true;
        peak = higherOf(peak, await gauge.read());
      }
      await pause(LOOK_EVERY_MS, curtain);
    }
    return peak;
  }
}

function describe({ sessions = 0, documents = 0, people = 0, memory = 0, heap = 0 }: Glance, edits: number): string {
  const [inMemory, onHeap] = [memory, heap].map((bytes) => showValue(bytes, 'bytes'));
  const counted = [`${sessions} sessions`, `${people} people`, `${documents} documents`];
  return `${counted.join(', ')}, ${showValue(edits, 'items')} edits, memory ${inMemory}, heap ${onHeap}`;
}
