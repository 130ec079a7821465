import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareEpochs } from '@quire/persistence';
import { createRandom } from '@quire/testing';
import * as Y from 'yjs';
import type { ReceiptPolicy } from '../../cluster/cluster.ts';
import { readText } from './edit.ts';
import { DOCUMENTS, type Memory, operate } from './operations.ts';
import { holds, nameOf, World } from './world.ts';

const FIRST_NODES = 3;
const OPERATIONS = 60;
const SETTLE_MS = 120_000;
const POLICIES: readonly ReceiptPolicy[] = ['cluster', 'cluster', 'strict', 'strict', 'local'];

export interface Simulated {
  readonly seed: number;
  readonly operations: readonly string[];
  readonly receipts: number;
  readonly safeReceipts: number;
  readonly lost: number;
}

/**
 * Lives through a schedule that follows from the seed, heals everything, and holds the cluster to its promises.
 *
 * @throws {Error} with the seed and what happened, when one is broken
 */
export async function simulate(seed: number): Promise<Simulated> {
  const random = createRandom(seed);
  const policy = random.pick(POLICIES);
  const world = new World(random, policy);
  const operations: string[] = [`receipts are ${policy}`];
  const memory: Memory = { backups: new Map(), dump: null };
  try {
    for (let nodes = 0; nodes < FIRST_NODES; nodes += 1) await world.start(world.addMachine(), FIRST_NODES);
    await world.pass(10_000);
    expectReady(world);
    for (let count = 0; count < OPERATIONS; count += 1) {
      const operation = await operate(world, memory);
      if (operation !== null) operations.push(`${world.clock.now() % 1_000_000_000} ${operation}`);
      await nextTurn();
      world.check();
    }
    operations.push('everything is healed');
    await heal(world);
    await converge(world);
    await compare(world);
    return {
      seed,
      operations,
      receipts: world.receipts.length,
      safeReceipts: world.safeReceipts,
      lost: world.lost.size,
    };
  } catch (error) {
    const story = [`seed ${seed}: ${error instanceof Error ? error.message : error}`, ...operations].join('\n  ');
    throw new Error(story, { cause: error });
  } finally {
    for (const { life } of world.running) life.clock.die();
  }
}

function expectReady(world: World): void {
  for (const { machine, life } of world.running) {
    if (life.cluster.unreadiness !== null)
      throw new Error(`${machine.name} never gets ready: ${life.cluster.unreadiness}`);
  }
}

async function heal(world: World): Promise<void> {
  world.healBus();
  world.network.heal();
  for (const { life } of world.running) if (life.store.status.state === 'refusing') life.store.recover();
  for (const machine of world.stopped) await world.start(machine, 1);
}

async function converge(world: World): Promise<void> {
  for (let passed = 0; passed < SETTLE_MS; passed += 1_000) {
    await world.pass(1_000);
    // What an operator does when a node will never return.
    if (passed === 15_000) await forgetTheGone(world);
    if (passed >= 20_000 && (await difference(world)) === null) return;
  }
  throw new Error((await difference(world)) ?? 'nothing');
}

async function forgetTheGone(world: World): Promise<void> {
  for (const { life } of world.running) {
    for (const { id, state, isSelf } of life.cluster.nodes) {
      if (!isSelf && state === 'silent') await world.during(life.cluster.forget(id), 'forgetting');
    }
  }
}

/** What keeps the nodes from being the same; null when nothing does. */
async function difference(world: World): Promise<string | null> {
  const [first, ...others] = world.running;
  if (first === undefined) return 'no node is left';
  for (const { machine, life } of world.running) {
    if (life.cluster.unreadiness !== null) return `${machine.name} is not ready: ${life.cluster.unreadiness}`;
    for (const document of DOCUMENTS) {
      if (life.cluster.acknowledgedSoFar(document) !== null) return `${machine.name} gives no receipts for ${document}`;
    }
  }
  for (const { machine, life } of others) {
    const [here, there] = [describeHoldings(first.life.store.holdings()), describeHoldings(life.store.holdings())];
    if (here !== there) return `${first.machine.name} holds ${here}\n  ${machine.name} holds ${there}`;
  }
  return null;
}

function describeHoldings(holdings: ReadonlyMap<string, readonly { first: number; last: number }[]>): string {
  const lines = [...holdings].map(([incarnation, spans]) => {
    return `${incarnation} ${spans.map(({ first, last }) => `${first}-${last}`).join()}`;
  });
  return lines.sort().join(' | ');
}

async function compare(world: World): Promise<void> {
  const ids = new Set(world.running.map(({ life }) => life.cluster.nodes.find(({ isSelf }) => isSelf)?.id));
  if (ids.size !== world.running.length) throw new Error('two nodes go by the same id');
  const [first] = world.running;
  for (const { machine, life } of world.running) {
    for (const { id } of world.receipts) {
      const name = nameOf(id);
      if (!world.lost.has(name) && !holds(life.store, id))
        throw new Error(`${machine.name} lacks the receipted ${name}`);
    }
    for (const document of DOCUMENTS) {
      const [here, there] = [await first?.life.store.load(document), await life.store.load(document)];
      if (here == null || there == null) {
        if ((here ?? null) !== (there ?? null))
          throw new Error(`${document} is not known to ${machine.name}, or to it alone`);
        continue;
      }
      if (compareEpochs(here.epoch, there.epoch) !== 0)
        throw new Error(`${document} lives another life on ${machine.name}`);
      const [expected, text] = [
        expectedText(world, document, there.epoch.id, life.store),
        await readText(life.store, document),
      ];
      if (text !== expected) throw new Error(`${document} reads "${text}" on ${machine.name} and not "${expected}"`);
    }
  }
}

/** From everything that was ever written in this life and is held. */
function expectedText(
  world: World,
  document: string,
  epoch: string,
  store: Parameters<typeof holds>[0],
): string | null {
  const doc = new Y.Doc();
  let isLive = false;
  for (const entry of world.written.values()) {
    if (entry.document !== document || entry.epoch.id !== epoch || !holds(store, entry.id)) continue;
    for (const { update } of entry.updates) {
      isLive = true;
      Y.applyUpdate(doc, update);
    }
  }
  return isLive ? doc.getText().toString() : null;
}
