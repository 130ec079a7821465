import {
  converged,
  createRandom,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type Random,
  type ServerProcess,
  startServer,
  until,
} from '@quire/testing';
import type { Doc } from 'yjs';
import { createTimeline } from '../timeline.ts';
import { findBrokenPromises } from './edit-ledger.ts';
import { createHocuspocusWriter } from './hocuspocus-writer.ts';
import { readAnew } from './read-anew.ts';
import type { Writer } from './writer.ts';
import { createYWebsocketWriter } from './y-websocket-writer.ts';

/** What one crash was like. */
export interface Round {
  readonly number: number;
  /** Receipts that arrived while everybody typed, until the connections were gone. */
  readonly receipted: number;
  /** Edits that had been sent and not receipted when the signal was sent. */
  readonly inFlight: number;
  /** Edits without a receipt that the disk had nevertheless: allowed, and the sign that the signal came in between. */
  readonly survivedUnreceipted: number;
  readonly signal: NodeJS.Signals | null;
  /** Whether the server was also killed in the middle of its next start. */
  readonly killedInRecovery: boolean;
}

export interface CrashRunOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Stops it after the round that it is at. */
  readonly signal?: AbortSignal;
  onRound?(round: Round): void;
}

/** How often something happened that a run is not worth much without. */
export interface CrashTally {
  readonly rounds: number;
  readonly receipted: number;
  readonly inFlight: number;
  readonly survivedUnreceipted: number;
  readonly killedInRecovery: number;
}

export function tally(rounds: readonly Round[]): CrashTally {
  return {
    rounds: rounds.length,
    receipted: sum(rounds.map((round) => round.receipted)),
    inFlight: sum(rounds.map((round) => round.inFlight)),
    survivedUnreceipted: sum(rounds.map((round) => round.survivedUnreceipted)),
    killedInRecovery: rounds.filter((round) => round.killedInRecovery).length,
  };
}

/** A run that found something; its message says what, from which seed, and what had happened. */
export class CrashRunError extends Error {
  override readonly name = 'CrashRunError';
}

const MIN_RECEIPTS = 100;
const EXTRA_RECEIPTS = 150;
/** About the time of some fsyncs: the signal comes at any stage of a batch. */
const MAX_DELAY_MS = 12;
/** A start takes longer than this on any machine, so most of these lives end before they are ready. */
const MAX_RECOVERY_MS = 600;
/** New documents after this many rounds: their size would otherwise be all that a long run measures. */
const ROUNDS_PER_DOCUMENT = 20;
const TIMELINE_EVENTS = 60;

/**
 * Kills a real server under load, again and again, and holds it to what it had said: every edit that was receipted is
 * there for somebody who has never been there before, and then everybody comes to the same state.
 *
 * @throws {CrashRunError}
 */
export async function runCrashes({ seed, rounds, signal, onRound }: CrashRunOptions): Promise<Round[]> {
  signal?.throwIfAborted();
  const random = createRandom(seed);
  const timeline = createTimeline(TIMELINE_EVENTS);
  // Folding early and often, so that the signal also meets compactions; without the app, which nobody opens.
  const server = await startServer({
    ownProcess: true,
    env: { QUIRE_JOURNAL_COMPACT_ENTRIES: '40', QUIRE_APP: 'false' },
  });
  const results: Round[] = [];
  let cast: Cast | null = null;
  try {
    for (let number = 0; number < rounds; number += 1) {
      if (number % ROUNDS_PER_DOCUMENT === 0) {
        cast?.leave();
        cast = assemble(server, number, random.fork());
        await reunite(cast);
      }
      if (cast === null) throw new RangeError('there is nobody to type');
      const round = await crashOnce(server, cast, number, random, timeline.note);
      results.push(round);
      onRound?.(round);
      signal?.throwIfAborted();
    }
    return results;
  } catch (error) {
    // In a terminal Ctrl-C ends the server, too: a round that was broken off proves nothing.
    signal?.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    const story = timeline.tell();
    throw new CrashRunError(
      `seed ${seed}, round ${results.length}: ${problem}\n${story}\n--- server ---\n${server.log.slice(-4000)}`,
      { cause: error },
    );
  } finally {
    cast?.leave();
    await server.stop();
  }
}

/** Who edits what. Each document has writers of both dialects, and somebody with an unmodified provider of each. */
interface Cast {
  readonly writers: readonly Writer[];
  readonly groups: readonly { readonly document: string; readonly writers: readonly Writer[]; readonly docs: Docs }[];
  /** Unmodified providers stay away while the server's promises are checked: they would bring back what it lost. */
  part(): void;
  rejoin(): void;
  leave(): void;
}
type Docs = Readonly<Record<string, Doc>>;

function assemble(server: ServerProcess, number: number, random: Random): Cast {
  const groups = ['alpha', 'beta'].map((topic) => {
    const document = `crash/${number}/${topic}`;
    const common = { wsUrl: server.wsUrl, document };
    const writers = [
      createHocuspocusWriter({ ...common, name: `hocuspocus ${topic}`, random: random.fork() }),
      createYWebsocketWriter({ ...common, name: `y-websocket ${topic}`, random: random.fork() }),
    ];
    const ada = joinWithHocuspocus(server.wsUrl, document);
    const ben = joinWithYWebsocket(server.wsUrl, document);
    const docs: Docs = {
      'an unmodified HocuspocusProvider': ada.doc,
      'an unmodified WebsocketProvider': ben.doc,
      ...Object.fromEntries(writers.map((writer) => [writer.name, writer.doc])),
    };
    return { document, writers, docs, ada, ben };
  });
  return {
    writers: groups.flatMap((group) => group.writers),
    groups,
    part() {
      for (const { ada, ben } of groups) {
        ada.socket.disconnect();
        ben.provider.disconnect();
      }
    },
    rejoin() {
      for (const { ada, ben } of groups) {
        void ada.socket.connect();
        ben.provider.connect();
      }
    },
    leave() {
      for (const { writers, ada, ben } of groups) for (const one of [...writers, ada, ben]) one.leave();
    },
  };
}

async function crashOnce(
  server: ServerProcess,
  cast: Cast,
  number: number,
  random: Random,
  note: (event: string) => void,
): Promise<Round> {
  const { writers } = cast;
  const wanted = MIN_RECEIPTS + random.below(EXTRA_RECEIPTS);
  const delayMs = random.below(MAX_DELAY_MS * 1000) / 1000;
  let receipted = 0;
  note(`round ${number}: typing until ${wanted} receipts and ${delayMs} ms more`);
  for (const writer of writers) {
    writer.startTyping(() => {
      receipted += 1;
    });
  }
  await until(() => receipted >= wanted, { what: () => `${receipted} of ${wanted} receipts have come` });
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const inFlight = sum(writers.map((writer) => writer.inFlight));
  const { signal } = await server.kill('SIGKILL');
  await Promise.all(writers.map((writer) => writer.disconnected()));
  for (const writer of writers) writer.stopTyping();
  cast.part();
  note(`killed by ${signal} with ${inFlight} edits in flight, ${receipted} receipted`);

  const killedInRecovery = random.oneIn(5);
  if (killedInRecovery) {
    const lifetimeMs = random.below(MAX_RECOVERY_MS);
    await server.restartBriefly(lifetimeMs);
    note(`killed again, ${lifetimeMs} ms into its next start`);
  }
  await server.restart();
  let survivedUnreceipted = 0;
  for (const group of cast.groups) {
    const doc = await readAnew(server, group.document, number);
    const ledgers = group.writers.map((writer) => writer.ledger);
    const broken = findBrokenPromises(doc, ledgers);
    if (broken.length > 0) {
      throw new Error(`${group.document} has lost what was receipted:\n  ${broken.slice(0, 20).join('\n  ')}`);
    }
    const marks = doc.getMap('marks');
    const unreceipted = ledgers.flatMap((ledger) => ledger.unreceipted);
    survivedUnreceipted += unreceipted.filter(({ mark }) => marks.has(mark)).length;
  }
  note(`every receipted edit is there, and ${survivedUnreceipted} more`);
  await reunite(cast);
  note('everybody is back, and has the same');
  return { number, receipted, inFlight, survivedUnreceipted, signal, killedInRecovery };
}

/** Everybody comes back with what they have, and all end with the same. */
async function reunite(cast: Cast): Promise<void> {
  await Promise.all(cast.writers.map((writer) => writer.connect()));
  cast.rejoin();
  for (const { docs } of cast.groups) await converged(docs);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
