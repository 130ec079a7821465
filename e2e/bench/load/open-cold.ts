import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createProbe } from './hold-idle.ts';
import { pause } from './pause.ts';
import type { Person } from './person.ts';
import { profiled } from './profiling.ts';
import { createLoner, writeContent } from './seed.ts';
import type { Target } from './target.ts';
import { expectComplete } from './typing-room.ts';

export interface StoreBig {
  readonly document: string;
  /** A file that holds the update to store. */
  readonly contentPath: string;
}

export interface OpenCold {
  readonly document: string;
  /** How many open it at the same moment. */
  readonly openers: number;
  readonly contentBytes: number;
}

export interface OpenColdReadings {
  /** From the first byte to the server until the last one has the whole document. */
  readonly openMs: number;
  readonly firstMs: number;
  /** The longest that an edit in another document took meanwhile. */
  readonly stallMs: number;
  /** The longest that the generator itself was held up meanwhile, by what it read: so much of the stall may be its own. */
  readonly lagMs: number;
}

const DRAIN_MS = 60_000;
const PROBE_EDITS_PER_SECOND = 100;
const WARM_UP_MS = 1500;
const AFTER_MS = 200;
const MAX_OPEN_MS = 120_000;
const LAG_RESOLUTION_MS = 1;
const NANOSECONDS_IN_MS = 1e6;
/** A server may encode the same content a little shorter than it was sent. */
const WHOLE = 0.95;

/** Puts the content of a file into a document. */
export async function storeBig(target: Target, { document, contentPath }: StoreBig): Promise<null> {
  await writeContent(target, document, await readFile(contentPath));
  return null;
}

/** Opens a document that is not in the server's memory, while two people type in another. */
export async function openCold(target: Target, task: OpenCold): Promise<OpenColdReadings> {
  const probe = createProbe(target, 'bench/calm', PROBE_EDITS_PER_SECOND, MAX_OPEN_MS);
  await probe.join();
  probe.start();
  await pause(WARM_UP_MS);
  probe.beginMeasuring();
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const beganAt = performance.now();
  let firstMs = Number.POSITIVE_INFINITY;
  let openMs = 0;
  const open = async (): Promise<Person<null>> => {
    const person = createLoner(target, task.document);
    const joined = person.join();
    // What counts is when it can be read: a server may ask for the client's own state before or after that.
    await person.content(task.contentBytes * WHOLE);
    openMs = performance.now() - beganAt;
    firstMs = Math.min(firstMs, openMs);
    await joined;
    return person;
  };
  const people = await profiled(target, () => Promise.all(Array.from({ length: task.openers }, open)));
  await pause(AFTER_MS);
  lag.disable();
  probe.endMeasuring();
  probe.stop();
  await probe.drain(DRAIN_MS);
  const seen = probe.read();
  expectComplete(seen);
  probe.leave();
  for (const person of people) person.leave();
  // What is measured is the time between two looks of the loop, which lie this far apart where nothing holds it up.
  const lagMs = Math.max(0, lag.max / NANOSECONDS_IN_MS - LAG_RESOLUTION_MS);
  return { openMs, firstMs, stallMs: seen.maxMs, lagMs };
}
