import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Random, type ServerCluster, startCluster } from '@quire/testing';
import { type EditLedger, findBrokenPromises } from '../../crash/edit-ledger.ts';
import type { SmallDisk } from '../../small-disk.ts';
import { pause } from '../../soak/pause.ts';
import { inspectable, openServerGauge } from '../../soak/server-gauge.ts';
import { createTimeline, type Timeline } from '../../timeline.ts';
import { compareJournals } from './compare-journals.ts';
import type { Deck } from './deck.ts';
import { inflict } from './inflict.ts';
import { createFaultDeck, describePlanned, type FaultKind, type PlannedFault, planFaults } from './plan.ts';
import { openScene, type Scene } from './scene.ts';
import { mountSmallDisks } from './small-disks.ts';

export interface ChaosRunOptions {
  readonly seed: number;
  /** How long faults happen, for each set of documents. */
  readonly durationMs: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** What others than its people have receipts for, which has to be in every document, too. Left out: nobody has. */
  readonly others?: readonly EditLedger[];
}

export interface ChaosResult {
  /** How often each kind of fault happened. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly leftOut: LeftOut;
  readonly receipted: number;
  /** How often writers had to come back. */
  readonly returns: number;
}

/** The kinds of faults that can't happen on this machine, and why. */
export type LeftOut = Readonly<Partial<Record<FaultKind, string>>>;

export function describeLeftOut(leftOut: LeftOut): string {
  return Object.entries(leftOut)
    .map(([kind, why]) => `without ${kind}: ${why}`)
    .join('; ');
}

/** A run that found something; its message says what, from which seed, and what had happened. */
export class ChaosRunError extends Error {
  override readonly name = 'ChaosRunError';
}

/** Documents of a minute each, so that their size is not all that a long run measures. */
export const ROUND_MS = 60_000;
const NODES = 3;
const DOCUMENTS = 3;
const MIB = 1024 * 1024;
/** Room for a round of everything that is written, and a small one for LevelDB's own. */
const DISK_BYTES = 96 * MIB;
const WRITE_BUFFER_BYTES = 256 * 1024;
/** G7, for those of a node that is gone. */
const GHOST_TIMEOUT_MS = 10_000;
/**
 * Published providers say so again every fifteen seconds, each time at a clock one higher; whoever was told of them at a later
 * one by a node that is gone since, before they heard of that themselves, sees them once they are above it: after a few times.
 */
const REUNION_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 60_000;
/** What a node keeps of its members, of code that was compiled, of the documents' index. */
const MAX_HEAP_GROWTH_BYTES = 16 * MIB;
/** A round makes some 90. */
const TIMELINE_EVENTS = 400;

/**
 * Has people of both dialects write on a real cluster while it is done all kinds of harm, and holds it to what it had
 * said: nothing receipted is missing, everybody and every journal ends with the same, nobody is shown who is not there, and
 * nodes keep nothing of it.
 *
 * @throws {ChaosRunError}
 */
export async function runChaos(options: ChaosRunOptions): Promise<ChaosResult> {
  const { seed, rounds, signal, say } = options;
  const random = createRandom(seed);
  const timeline = createTimeline(TIMELINE_EVENTS);
  const stage = await openStage();
  const { cluster } = stage;
  const faults: Partial<Record<FaultKind, number>> = {};
  const documents: string[] = [];
  let [receipted, returns] = [0, 0];
  try {
    const without = describeLeftOut(stage.leftOut);
    if (without !== '') say(without);
    const deck = createFaultDeck(random.fork(), stage.disks.length > 0);
    const heapBefore = await readHeap(cluster, 0, signal);
    for (let round = 0; round < rounds; round += 1) {
      timeline.note(`round ${round}${without === '' ? '' : `, ${without}`}`);
      const done = await playRound(stage, round, { random: random.fork(), deck }, options, timeline);
      // A round that was broken off had less harm done to it than was planned: nothing is proved by it.
      signal.throwIfAborted();
      for (const { fault } of done.planned) faults[fault.kind] = (faults[fault.kind] ?? 0) + 1;
      documents.push(...done.documents);
      receipted += done.receipted;
      returns += done.returns;
      say(`${round + 1}/${rounds}: ${done.planned.length} faults, ${done.receipted} receipts, ${done.returns} returns`);
    }
    const grown: string[] = [];
    for (const { number } of cluster.nodes) {
      const bytes = await expectNothingKept(cluster, number, heapBefore, signal);
      grown.push(`node ${number}: ${(bytes / MIB).toFixed(1)} MiB`);
    }
    say(`everybody has left; memory above that of a fresh node: ${grown.join(', ')}`);
    timeline.note('nodes keep nothing of it');
    for (const node of cluster.nodes) await node.stop();
    const differences = await compareJournals(cluster, documents);
    if (differences.length > 0) throw new Error(differences.join('\n'));
    return { faults, leftOut: stage.leftOut, receipted, returns };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const logs = cluster.nodes.map(({ number, server }) => `--- node ${number} ---\n${server.log.slice(-3_000)}`);
    throw new ChaosRunError(`seed ${seed}: ${problem}\n${timeline.tell()}\n${logs.join('\n')}`, { cause: error });
  } finally {
    await stage.close();
  }
}

interface Stage {
  readonly cluster: ServerCluster;
  readonly disks: readonly SmallDisk[];
  readonly leftOut: LeftOut;
  close(): Promise<void>;
}

async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'quire-chaos-'));
  const dataOf = (node: number): string => join(directory, `node-${node}`);
  const mounted = mountSmallDisks(
    Array.from({ length: NODES }, (_, node) => dataOf(node)),
    DISK_BYTES,
  );
  const disks = mounted.kind === 'mounted' ? mounted.disks : [];
  const leftOut: LeftOut = mounted.kind === 'mounted' ? {} : { 'fill-disk': mounted.why };
  const unmount = (): void => {
    for (const disk of disks) disk.unmount();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      nodes: NODES,
      balance: 'roundrobin',
      dataOf,
      settings: {
        ...inspectable,
        QUIRE_JOURNAL_WRITE_BUFFER_BYTES: String(WRITE_BUFFER_BYTES),
        // Folding early and often, so that what is pulled is in segments, too.
        QUIRE_JOURNAL_COMPACT_ENTRIES: '40',
      },
    });
    return {
      cluster,
      disks,
      leftOut,
      async close() {
        try {
          await cluster.close();
        } finally {
          unmount();
        }
      },
    };
  } catch (error) {
    unmount();
    throw error;
  }
}

interface Round {
  readonly planned: readonly PlannedFault[];
  readonly documents: readonly string[];
  readonly receipted: number;
  readonly returns: number;
}

async function playRound(
  stage: Stage,
  round: number,
  { random, deck }: { readonly random: Random; readonly deck: Deck<FaultKind> },
  { durationMs, others = [], signal }: ChaosRunOptions,
  timeline: Timeline,
): Promise<Round> {
  const { cluster } = stage;
  const planned = planFaults(random.fork(), { nodes: NODES, durationMs, deck });
  const documents = Array.from({ length: DOCUMENTS }, (_, index) => `chaos/${round}/${index}`);
  const scenes = documents.map((document) => openScene(cluster.balancer.wsUrl, document, random.fork()));
  try {
    // With the first that could not be done or undone, the round is over; those under way end first.
    const failing = new AbortController();
    const ending = AbortSignal.any([signal, failing.signal]);
    const outcomes = await Promise.allSettled(
      planned.map(async (one) => {
        try {
          await play(one, stage, ending, timeline);
        } catch (error) {
          failing.abort();
          throw error;
        }
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await cluster.ready(SETTLE_TIMEOUT_MS);
    timeline.note('all faults are over, and all nodes take edits');
    await settle(cluster, scenes, others, timeline);
    return {
      planned,
      documents,
      receipted: scenes.flatMap(({ writers }) => writers).reduce((sum, { ledger }) => sum + ledger.receipted.length, 0),
      returns: scenes.reduce((sum, scene) => sum + scene.returns, 0),
    };
  } finally {
    for (const scene of scenes) scene.leave();
  }
}

async function play(one: PlannedFault, stage: Stage, signal: AbortSignal, timeline: Timeline): Promise<void> {
  await pause(one.atMs, signal);
  if (signal.aborted) return;
  timeline.note(`begins: ${describePlanned(one)}`);
  const end = await inflict(one.fault, stage);
  await pause(one.lastsMs, signal);
  await end();
  timeline.note(`is over: ${describePlanned(one)}`);
}

async function settle(
  cluster: ServerCluster,
  scenes: readonly Scene[],
  others: readonly EditLedger[],
  timeline: Timeline,
): Promise<void> {
  await Promise.all(scenes.map((scene) => scene.finish(SETTLE_TIMEOUT_MS)));
  timeline.note('everybody has the same');
  await Promise.all(scenes.map((scene) => scene.expectNoGhosts(GHOST_TIMEOUT_MS)));
  timeline.note('nobody sees a ghost');
  await Promise.all(scenes.map((scene) => scene.expectEverybody(REUNION_TIMEOUT_MS)));
  timeline.note('everybody sees everybody');
  for (const scene of scenes) scene.leave();
  for (const { document, writers } of scenes) {
    const doc = await cluster.converged(document, { timeoutMs: SETTLE_TIMEOUT_MS });
    const broken = findBrokenPromises(doc, [...writers.map(({ ledger }) => ledger), ...others]);
    if (broken.length > 0) {
      throw new Error(`${document} has lost what was receipted:\n  ${broken.slice(0, 20).join('\n  ')}`);
    }
  }
  timeline.note('nothing receipted is missing on any node');
}

async function readHeap(cluster: ServerCluster, number: number, signal: AbortSignal): Promise<number> {
  const gauge = await openServerGauge(cluster.node(number).server);
  try {
    await gauge.empty(signal);
    const { heap, external } = await gauge.read();
    return heap + external;
  } finally {
    gauge.close();
  }
}

/** @returns by how many bytes it has grown */
async function expectNothingKept(
  cluster: ServerCluster,
  number: number,
  heapBefore: number,
  signal: AbortSignal,
): Promise<number> {
  const gauge = await openServerGauge(cluster.node(number).server);
  try {
    await gauge.empty(signal);
    const { sessions, connections, documents, people, heap, external } = await gauge.read();
    const left = Object.entries({ sessions, connections, documents, people }).filter(([, count]) => count > 0);
    if (left.length > 0) {
      const counts = left.map(([what, count]) => `${count} ${what}`);
      throw new Error(`everybody has left, but node ${number} has ${counts.join(', ')}`);
    }
    const grown = heap + external - heapBefore;
    if (grown > MAX_HEAP_GROWTH_BYTES) throw new Error(`node ${number} holds ${grown} bytes more than at the start`);
    return grown;
  } finally {
    gauge.close();
  }
}
