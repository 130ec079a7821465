import { compareEpochs } from '@quire/persistence';
import { nameOf } from './ledger.ts';
import { holds, type Life } from './life.ts';
import { DOCUMENTS } from './operations.ts';
import { addWords, describeWords, readWords } from './words.ts';
import type { World } from './world.ts';

/** What keeps the nodes from being the same; null when nothing does. */
export function differenceOf({ running }: World): string | null {
  const [first] = running;
  if (first === undefined) return 'no node is left';
  const ids = new Set(running.map(({ life }) => idOf(life)));
  if (ids.size < running.length) return 'two nodes go by the same id';
  const expected = describeHoldings(first.life);
  for (const { machine, life } of running) {
    if (life.cluster.unreadiness !== null) return `${machine.name} is not ready: ${life.cluster.unreadiness}`;
    for (const document of DOCUMENTS) {
      if (life.cluster.acknowledgedSoFar(document) !== null) return `${machine.name} gives no receipts for ${document}`;
    }
    const held = describeHoldings(life);
    if (held !== expected) return `${first.machine.name} holds ${expected}\n  ${machine.name} holds ${held}`;
  }
  return null;
}

function idOf({ cluster }: Life): string | undefined {
  return cluster.nodes.find(({ isSelf }) => isSelf)?.id;
}

function describeHoldings({ store }: Life): string {
  const lines = [...store.holdings()].map(([incarnation, spans]) => {
    return `${incarnation} ${spans.map(({ first, last }) => `${first}-${last}`).join()}`;
  });
  return lines.sort().join(' | ');
}

/** @throws {Error} when nodes that hold the same are not the same, or something is missing that was receipted */
export async function compareNodes(world: World): Promise<void> {
  for (const { machine, life } of world.running) {
    for (const { id } of world.ledger.receipts) {
      const name = nameOf(id);
      if (!world.ledger.lost.has(name) && !holds(life.store, id))
        throw new Error(`${machine.name} lacks the receipted ${name}`);
    }
  }
  for (const document of DOCUMENTS) await compareDocument(world, document);
}

async function compareDocument(world: World, document: string): Promise<void> {
  const [first] = world.running;
  const expected = await first?.life.store.stat(document);
  for (const { machine, life } of world.running) {
    const stat = await life.store.stat(document);
    if (expected == null || stat === null) {
      if ((expected ?? null) === stat) continue;
      throw new Error(`${document} is not known to ${machine.name}, or to it alone`);
    }
    if (compareEpochs(expected.epoch, stat.epoch) !== 0)
      throw new Error(`${document} lives another life on ${machine.name}`);
    const [written, read] = [writtenIn(world, document, stat.epoch.id, life), await readWords(life.store, document)];
    if (read !== written) throw new Error(`${document} reads "${read}" on ${machine.name} and not "${written}"`);
  }
}

/** Of everything that was ever written in this life and is held. */
function writtenIn({ ledger }: World, document: string, epoch: string, { store }: Life): string | null {
  const entries = [...ledger.written.values()].filter((entry) => {
    return entry.document === document && entry.epoch.id === epoch && holds(store, entry.id);
  });
  const clients = new Set<number>();
  addWords(clients, entries);
  return clients.size === 0 ? null : describeWords(clients);
}
