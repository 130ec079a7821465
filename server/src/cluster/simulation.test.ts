import { describe, expect, it } from 'vitest';
import { decodeTold, encodeTold } from '../collab/presence-told.ts';
import { simulate } from '../testing/simulation/simulate.ts';
import type { ClusterRecord } from './cluster-file.ts';
import { createCluster, type LiveCluster, type LiveClusterOptions } from './live-cluster.ts';
import { TALLIES_CHANNEL } from './rooms/rooms.ts';
import { decodeTally } from './rooms/tally.ts';

const { SEED } = process.env;
/** Of schedules that failed: a few say nothing of all. */
const isRerun = SEED !== undefined;
const FIRST = Number(SEED ?? 1);
const SEEDS = Number(process.env.SEEDS ?? (isRerun ? 1 : 2_000));

describe('a simulated cluster', () => {
  it('[G1] [G2] [G7] [R10] [R11] [R12] after any schedule of faults all nodes hold the same, and everything that was receipted, and show who is there', async () => {
    const sum = { receipts: 0, safeReceipts: 0, present: 0 };
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const { receipts, safeReceipts, present } = await simulate(seed);
      sum.receipts += receipts;
      sum.safeReceipts += safeReceipts;
      sum.present += present;
    }
    if (isRerun) return;
    // Schedules in which nobody could write, or be seen, would prove nothing.
    expect(sum.receipts).toBeGreaterThan(2 * SEEDS);
    expect(sum.safeReceipts).toBeGreaterThan(SEEDS);
    expect(sum.present).toBeGreaterThan(SEEDS);
  }, 600_000);

  it('lives through the same with the same seed', async () => {
    expect((await simulate(3)).timeline).toEqual((await simulate(3)).timeline);
  });

  it.skipIf(isRerun).each([
    ['give receipts for what nobody else has', 'one copy', liesOfRedis],
    ['fetch nothing from each other', 'lacks|holds|not ready', fetchesNothing],
    ['call themselves ready before they have everything', 'is ready without', hurries],
    ['forget at a restart what may be on their disk alone', 'one copy', owesNothing],
    ['keep on screens who was on a node that is dead', 'who is not there', forgetsNobody],
    ['take off screens whoever any node says has left', 'saw person \\d+ leave, who is there', believesAnybody],
    ['hear of each other’s rooms once, and never compare', 'show person|shows person', comparesNothing],
  ])(
    'is found out when its nodes %s',
    async (_, complaint, create) => {
      const found = async (): Promise<string> => {
        for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
          const broken = await simulate(seed, { create }).then(
            () => null,
            (error: Error) => error.message,
          );
          if (broken !== null) return broken;
        }
        return 'nothing was found';
      };
      expect(await found()).toMatch(new RegExp(`^seed \\d+: .*(${complaint})`));
    },
    600_000,
  );
});

function liesOfRedis(options: LiveClusterOptions): LiveCluster {
  options.bus.publish = async () => {};
  return createCluster(options);
}

function fetchesNothing({ peers, ...options }: LiveClusterOptions): LiveCluster {
  return createCluster({
    ...options,
    peers: { status: (...asked) => peers.status(...asked), entries: async () => [] },
  });
}

function hurries(options: LiveClusterOptions): LiveCluster {
  const cluster = createCluster(options);
  const askNode = (): string | null => Reflect.get(Object.getPrototypeOf(cluster), 'unreadiness', cluster);
  const unreadiness = (): string | null => (askNode()?.includes('missing here') ? null : askNode());
  return Object.defineProperty(cluster, 'unreadiness', { get: unreadiness });
}

function owesNothing({ file, ...options }: LiveClusterOptions): LiveCluster {
  const read = async (): Promise<ClusterRecord | null> => {
    const record = await file.read();
    return record === null ? null : { ...record, owed: [] };
  };
  return createCluster({ ...options, file: { read, write: (record) => file.write(record) } });
}

function forgetsNobody(options: LiveClusterOptions): LiveCluster {
  if (options.rooms !== undefined) options.rooms.lose = () => {};
  return createCluster(options);
}

function comparesNothing(options: LiveClusterOptions): LiveCluster {
  const { bus } = options;
  const listen = bus.listen.bind(bus);
  const heard = new Set<string>();
  bus.listen = (channel, hear, signal) => {
    if (channel !== TALLIES_CHANNEL) return listen(channel, hear, signal);
    const hearFirst = (message: Uint8Array): void => {
      const { from } = decodeTally(message);
      if (!heard.has(from)) hear(message);
      heard.add(from);
    };
    return listen(channel, hearFirst, signal);
  };
  return createCluster(options);
}

function believesAnybody(options: LiveClusterOptions): LiveCluster {
  const { rooms } = options;
  const join = rooms?.join.bind(rooms);
  if (rooms === undefined || join === undefined) return createCluster(options);
  rooms.join = (document, room) => {
    const nodes = new Set<string>();
    const hear = (from: string, presence: Uint8Array, isWhole: boolean): void => {
      room.hear(from, presence, isWhole);
      const left = decodeTold(presence, 1_000).people.filter(({ kind }) => kind === 'left');
      for (const node of nodes) if (node !== from) room.hear(node, encodeTold({ people: left, counted: 0 }), false);
      nodes.add(from);
    };
    return join(document, Object.assign(Object.create(room), { hear }));
  };
  return createCluster(options);
}
