import { createRandom } from '@quire/testing';
import type { ReceiptPolicy } from '../../cluster/cluster.ts';
import { becomeWell, playLastAct } from './last-act.ts';
import { loseWords } from './lost-words.ts';
import { type Memory, operate } from './operations.ts';
import { compareNodes, differenceOf } from './outcome.ts';
import { COMING_BACK_MS } from './visitors.ts';
import { World, type WorldOptions } from './world.ts';

/** Of two nodes much is possible that three hide. */
const FIRST_NODES = [2, 3, 3];
const PEOPLE = [0, 3];
/** Until entries are there that a node asks another one for. */
const ANSWERS_MS = [0, 0, 0, 3_000];
/** What is due is seldom more than a few entries. */
const RECORD_ENTRIES = [1, 2, 1_000];
const POLICIES: readonly ReceiptPolicy[] = ['cluster', 'cluster', 'strict', 'strict', 'local'];
/** Many short schedules find more in the same time than few long ones; some faults only come after many others. */
const SHORT = 14;
const LONG = 80;
const LONG_ONE_IN = 50;
const LOSE_WORDS_ONE_IN = 4;
const START_MS = 10_000;
const SETTLE_MS = 120_000;
/** Once all nodes are heard that will ever be, others are known to be silent. */
const FORGET_AFTER_MS = 6_000;
/** Everybody has asked everybody who is there: of whom nothing is heard for ten seconds, nobody is shown. */
const PRESENCE_MS = 30_000;

export interface Simulated {
  readonly seed: number;
  /** What happened, and when. */
  readonly timeline: readonly string[];
  readonly receipts: number;
  readonly safeReceipts: number;
  readonly lost: number;
  /** Whose presence was compared in the end. */
  readonly present: number;
}

/**
 * Lives through a schedule that follows from the seed, heals everything, and holds the cluster to its promises.
 *
 * @throws {Error} with the seed and what happened, when one is broken
 */
export async function simulate(seed: number, { create }: Pick<WorldOptions, 'create'> = {}): Promise<Simulated> {
  const random = createRandom(seed);
  const policy = random.pick(POLICIES);
  const people = random.pick(PEOPLE);
  const recordEntries = random.pick(RECORD_ENTRIES);
  const world = new World(random, { policy, people, recordEntries, ...(create === undefined ? {} : { create }) });
  world.network.slowDown(random.pick(ANSWERS_MS));
  const beganAt = world.clock.now();
  const timeline: string[] = [];
  const note = (what: string): void => {
    timeline.push(`${((world.clock.now() - beganAt) / 1_000).toFixed(2)} s: ${what}`);
  };
  try {
    await begin(world, note);
    const memory: Memory = { backups: new Map(), dump: null };
    const operations = random.oneIn(LONG_ONE_IN) ? LONG : SHORT;
    for (let count = 0; count < operations; count += 1) {
      const operation = await operate(world, memory);
      if (operation !== null) note(operation);
      await world.settle();
      world.check();
    }
    note('everything is healed');
    await heal(world);
    await converge(world);
    await compareNodes(world);
    note('all nodes are the same');
    await becomeWell(world, PRESENCE_MS);
    const present = world.visitors.seated.length;
    note(`${present} people are there, and all are shown`);
    if (random.oneIn(LOSE_WORDS_ONE_IN)) await loseWords(world, note);
    await playLastAct(world, note);
    const { receipts, safeReceipts, lost } = world.ledger;
    return { seed, timeline, receipts: receipts.length, safeReceipts, lost: lost.size, present };
  } catch (error) {
    note('broken');
    const story = [`seed ${seed}: ${error instanceof Error ? error.message : error}`, ...timeline].join('\n  ');
    throw new Error(story, { cause: error });
  } finally {
    world.end();
  }
}

async function begin(world: World, note: (what: string) => void): Promise<void> {
  const nodes = world.random.pick(FIRST_NODES);
  for (let count = 0; count < nodes; count += 1) await world.start(world.addMachine(), nodes);
  for (let passed = 0; unreadinessOf(world) !== null; passed += 1_000) {
    if (passed >= START_MS) throw new Error(`never gets ready: ${unreadinessOf(world)}`);
    await world.pass(1_000);
  }
  note(`${nodes} nodes are ready; receipts are ${world.policy}`);
}

function unreadinessOf({ running }: World): string | null {
  return running.map(({ life }) => life.cluster.unreadiness).find((unreadiness) => unreadiness !== null) ?? null;
}

async function heal(world: World): Promise<void> {
  world.healBus();
  world.network.heal();
  world.visitors.calm();
  world.visitors.miss();
  for (const { life } of world.running) if (life.store.status.state === 'refusing') life.store.recover();
  for (const machine of world.stopped) await world.start(machine, 1);
}

async function converge(world: World): Promise<void> {
  for (let passed = 0; passed < SETTLE_MS; passed += 1_000) {
    await world.pass(1_000);
    // What an operator does when a node will never return.
    if (passed === FORGET_AFTER_MS) await forgetTheGone(world);
    if (passed >= COMING_BACK_MS) returnAll(world);
    if (passed >= COMING_BACK_MS && differenceOf(world) === null) return;
  }
  throw new Error(differenceOf(world) ?? 'nothing');
}

/** Their providers try again and again. */
function returnAll({ random, running, visitors }: World): void {
  for (const person of visitors.people) visitors.enter(person, random.pick(running).life);
}

async function forgetTheGone(world: World): Promise<void> {
  for (const { life } of world.running) {
    for (const { id, state, isSelf } of life.cluster.nodes) {
      if (!isSelf && state === 'silent') await world.during(life.cluster.forget(id), 'forgetting');
    }
  }
}
