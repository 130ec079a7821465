import { request } from 'node:http';
import { createRandom, joinWithYWebsocket, type Random, type ServerProcess, startServer, until } from '@quire/testing';
import { tightLimits } from '../bad-input/offences.ts';
import { findComplaints } from '../soak/log-complaints.ts';
import type { MeasureName, Reading } from '../soak/measures.ts';
import { pause } from '../soak/pause.ts';
import { readEnd } from '../soak/read-end.ts';
import { showValue } from '../soak/report.ts';
import { inspectable, openServerGauge, returningAllocator, type ServerGauge } from '../soak/server-gauge.ts';
import { compareReadings, didReturn, type Row } from '../soak/verdict.ts';
import { describeExceptions, findMissing } from './expectations.ts';
import { seatInnocents } from './innocents.ts';
import { documentsOfIntruders, innocentDocumentAt, LARGE_DOCUMENT } from './session-script.ts';
import { Siege } from './siege.ts';
import type { Tally } from './tally.ts';

export interface FuzzRun {
  readonly seed: number;
  /** How many frames are sent at least. */
  readonly frames: number;
  /**
   * What the server holds afterwards is compared with what it held before: not at all, as soon as it is empty, or, which
   * takes a minute more, in everything that the soak test looks at.
   */
  readonly measured: 'not' | 'when empty' | 'at rest';
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface FuzzResult {
  readonly tally: Tally;
  /** Empty when nothing was measured. */
  readonly rows: readonly Row[];
  readonly innocentWords: number;
  /** What must not happen and did, in words. */
  readonly faults: readonly string[];
}

/** Under which every limit can be reached with little; the room for presence is the usual one. */
export const fuzzLimits = {
  ...tightLimits,
  QUIRE_LIMITS_MAX_PRESENCE_STATE_BYTES: String(16 * 1024),
  // The large document just fits.
  QUIRE_LIMITS_MAX_DOCUMENT_BYTES: String(660 * 1000),
  // So that some are judged in a thread, and there is room for a few of them.
  QUIRE_LIMITS_MAX_UPDATE_PARTS: '20000',
  QUIRE_LIMITS_MAX_JUDGING_BYTES: String(120 * 1000),
  QUIRE_LIMITS_STALL_TIMEOUT_MS: '200',
  QUIRE_LIMITS_MAX_QUEUE_BYTES_PER_DOCUMENT: String(40 * 1024),
  QUIRE_LIMITS_MAX_UNSENT_BYTES: String(256 * 1024),
  QUIRE_LIMITS_ESTABLISH_TIMEOUT_MS: '1000',
  QUIRE_LIMITS_UNLOAD_DELAY_MS: '200',
} as const;

/** A tenth comes before anything is measured: code is compiled then, and pools and caches are filled. */
const WARM_UP_SHARE = 0.1;

/** Sends hostile frames to a server of its own, and watches it and those who have nothing to do with it. */
export async function runFuzz({ seed, frames, measured, signal, say }: FuzzRun): Promise<FuzzResult> {
  const server = await startServer({
    ownProcess: true,
    env: { ...inspectable, ...returningAllocator, ...fuzzLimits, QUIRE_APP: 'false' },
  });
  const deleteDocument = (document: string): Promise<void> => askToDelete(server, document);
  const siege = new Siege({ server, seed, say, deleteDocument });
  let gauge: ServerGauge | null = null;
  try {
    await writeLargeDocument(server, createRandom(seed));
    gauge = measured === 'not' ? null : await openServerGauge(server);
    await besiege(siege, server, Math.floor(frames * WARM_UP_SHARE), signal);
    const start = gauge === null ? null : await readStart(gauge, measured, signal);
    const innocentWords = await besiege(siege, server, frames, signal);
    await bringAboutTheRest(siege, server, signal);
    const rows = gauge === null || start === null ? [] : await compareEnd(gauge, measured, start, signal);
    gauge?.close();
    await server.stop().catch((error: Error) => siege.accuse(error.message));
    for (const complaint of findComplaints(server.log)) siege.accuse(complaint);
    for (const missing of findMissing(siege.tally)) siege.accuse(missing);
    return { tally: siege.tally, rows, innocentWords, faults: siege.faults };
  } finally {
    gauge?.close();
    // After a run that went through it has ended; otherwise what went wrong is on its way already.
    await server.stop().catch(() => {});
  }
}

/** What says something only once the journal has folded, and the thread that does it is gone. */
const restless: ReadonlySet<MeasureName> = new Set([
  'timers',
  'activeResources',
  'otherHandles',
  'removedFiles',
  'memory',
] as const);

export async function readStart(
  gauge: ServerGauge,
  measured: FuzzRun['measured'],
  signal: AbortSignal,
): Promise<Reading> {
  if (measured === 'at rest') await gauge.rest(signal);
  else await gauge.empty(signal);
  return gauge.read();
}

/** A socket in its goodbye, or an idle connection of HTTP, may outlive the last session for a while; a leak stays for ever. */
const END_WITHIN_MS = 45_000;
const READ_AGAIN_MS = 3_000;

export async function compareEnd(
  gauge: ServerGauge,
  measured: FuzzRun['measured'],
  start: Reading,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (measured === 'at rest') return readEnd(gauge, start, {}, signal);
  for (const deadline = performance.now() + END_WITHIN_MS; ; await pause(READ_AGAIN_MS, signal)) {
    await gauge.empty(signal);
    signal.throwIfAborted();
    const rows = compareReadings(start, {}, await gauge.read()).filter(({ measure }) => !restless.has(measure));
    if (didReturn(rows) || performance.now() > deadline) return rows;
  }
}

/** The siege goes on, while people who have nothing to do with it work. @returns how much they wrote meanwhile */
async function besiege(siege: Siege, server: ServerProcess, frames: number, signal: AbortSignal): Promise<number> {
  let written = 0;
  while (!siege.hasSent(frames)) {
    const document = innocentDocumentAt(siege.next);
    const innocents = await seatInnocents(server, document, (words) => siege.accuse(words));
    try {
      await siege.goOn(frames, signal);
      await innocents.check().catch((error: Error) => siege.accuse(error.message));
      written += innocents.written;
    } finally {
      innocents.leave();
    }
    await openEverything(siege, server);
    for (const old of [document, ...documentsOfIntruders]) await askToDelete(server, old);
  }
  return written;
}

const MOST_REPETITIONS = 3;

/** On a machine that is slow, whoever does not read is now and then cut off before they are told, for one. */
async function bringAboutTheRest(siege: Siege, server: ServerProcess, signal: AbortSignal): Promise<void> {
  for (let times = 0; times < MOST_REPETITIONS && findMissing(siege.tally).length > 0; times += 1) {
    await siege.repeatSetPieces(signal);
    for (const document of [innocentDocumentAt(0), ...documentsOfIntruders]) await askToDelete(server, document);
  }
}

/** In vain is only what takes for ever. */
const OPENED_WITHIN_MS = 60_000;

/** G3: whatever was sent into a document, it still opens. */
async function openEverything(siege: Siege, server: ServerProcess): Promise<void> {
  for (const document of documentsOfIntruders) {
    const reader = joinWithYWebsocket(server.wsUrl, document);
    await until(() => reader.provider.synced, {
      what: `${document} does not open any more`,
      timeoutMs: OPENED_WITHIN_MS,
    }).catch((error: Error) => siege.accuse(error.message));
    reader.leave();
  }
}

const LARGE_DOCUMENT_PARTS = 16;
const PART_CHARACTERS = 40_000;

async function writeLargeDocument(server: ServerProcess, random: Random): Promise<void> {
  const writer = joinWithYWebsocket(server.wsUrl, LARGE_DOCUMENT);
  const reader = joinWithYWebsocket(server.wsUrl, LARGE_DOCUMENT);
  await until(() => writer.provider.synced && reader.provider.synced, { what: 'nobody is let in' });
  for (let part = 1; part <= LARGE_DOCUMENT_PARTS; part += 1) {
    writer.doc.getArray('parts').push([String(random.below(10)).repeat(PART_CHARACTERS)]);
    await until(() => reader.doc.getArray('parts').length === part, { what: 'the large document is not written' });
  }
  writer.leave();
  reader.leave();
}

/** On a connection of its own, which is gone afterwards: a kept one would be counted among the server's sockets. */
function askToDelete(server: ServerProcess, document: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { method: 'DELETE', agent: false } as const;
    const asking = request(`${server.url}/v1/documents/${encodeURIComponent(document)}`, options, (response) => {
      response.resume();
      response.once('end', () => {
        const { statusCode = 0 } = response;
        // Two who play the same part may bury the same document.
        if (statusCode === 204 || statusCode === 404) resolve();
        else reject(new Error(`the deletion of ${document} is answered with ${statusCode}`));
      });
    });
    asking.once('error', reject);
    asking.end();
  });
}

export function describeRun({ tally, innocentWords }: FuzzResult): string {
  const innocent = `the innocent wrote ${showValue(innocentWords, 'items')} times meanwhile`;
  return `${tally.describe()}; ${innocent}\n\nnot brought about by frames:\n${describeExceptions()}`;
}
