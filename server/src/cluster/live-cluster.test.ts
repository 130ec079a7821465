import { type DocumentStore, type Entry, PersistenceError } from '@quire/persistence';
import { createRandom } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_DISK, readDisk } from '../testing/simulation/disk.ts';
import { readText, type } from '../testing/simulation/edit.ts';
import { holds, type Life, type Machine } from '../testing/simulation/life.ts';
import { World } from '../testing/simulation/world.ts';
import { decodeAnnouncement } from './announcement.ts';
import { ClusterFileError } from './cluster-file.ts';
import { decodeEntries } from './entry-record.ts';
import { PeerError, type PeerStatus } from './peer-link.ts';
import { MOST_FORGOTTEN } from './roll.ts';

describe('a node of a cluster', () => {
  let world: World;
  beforeEach(() => {
    world = new World(createRandom(7));
  });
  afterEach(() => {
    for (const { life } of world.running) life.clock.die();
    expect(world.clock.pending).toBe(0);
  });

  /** So many nodes that are ready, and know of each other. */
  async function start(count: number): Promise<Machine[]> {
    const machines = Array.from({ length: count }, () => world.addMachine());
    for (const machine of machines) await world.start(machine, count);
    await world.pass(6_000);
    for (const machine of machines) expect(lifeOf(machine).cluster.unreadiness).toBeNull();
    return machines;
  }

  async function write(machine: Machine | undefined, word: string, document = 'plan'): Promise<string | null> {
    const { store } = lifeOf(machine);
    const typed = type(store, document, word, world.random.below(1_000_000), world.clock.now());
    await world.settle();
    store.flush();
    await typed;
    return readText(store, document);
  }

  /** A node that starts again beside one whose words can't be read, and is not ready for as long as that one is heard. */
  async function restartBeside(say: (node: string, counter: number) => Uint8Array) {
    const [a, b] = await start(2);
    const node = nodeOf(machineOf(b));
    await world.crash(machineOf(a));
    await world.stop(machineOf(b));
    const words = world.hub.bus('f'.repeat(16));
    words.open();
    await world.start(machineOf(a), 1);
    const { cluster } = lifeOf(a);
    for (let counter = 1; counter <= 8; counter += 1) {
      await words.announce(say(node, counter));
      await world.pass(1_000);
      expect(cluster.unreadiness).not.toBeNull();
    }
    return { node, cluster, words };
  }

  const read = (machine: Machine | undefined, document = 'plan') => readText(lifeOf(machine).store, document);
  const nodeOf = (machine: Machine): string => lifeOf(machine).cluster.nodes.find(({ isSelf }) => isSelf)?.id ?? '';

  it('[G2] stores what another one stored, and hands it to the documents that are open', async () => {
    const [a, b] = await start(2);
    const adopted: string[] = [];
    lifeOf(b).cluster.attach({
      adopted: async (entries) => void adopted.push(...entries.map(({ document }) => document)),
    });
    await write(a, 'hello');
    await world.pass(1_000);
    expect(await read(b)).toBe('hello');
    expect(adopted).toEqual(['plan']);
  });

  it('[G1][G2] has others store an edit while its own disk is at work, and has it back from them when the power goes first', async () => {
    const [a, b] = await start(2);
    const { store } = lifeOf(a);
    const other = lifeOf(b).store;
    const typed = type(store, 'plan', 'hello', 1, world.clock.now());
    await world.settle();
    store.begin();
    await world.settle();
    other.flush();
    await world.settle();
    expect([await read(a), await read(b)]).toEqual([null, 'hello']);
    let isStored = false;
    void typed.then(() => {
      isStored = true;
    });
    await world.crash(machineOf(a));
    expect(isStored).toBe(false);
    await world.start(machineOf(a), 2);
    await world.pass(6_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
    expect(await read(a)).toBe('hello');
  });

  it('asks nobody for what is on its way to its own disk', async () => {
    const [a, b] = await start(2);
    const { store } = lifeOf(a);
    const asked: unknown[] = [];
    const { entries } = lifeOf(b).cluster;
    lifeOf(b).cluster.entries = (wants, maxBytes) => {
      asked.push(wants);
      return entries.call(lifeOf(b).cluster, wants, maxBytes);
    };
    void type(store, 'plan', 'hello', 1, world.clock.now());
    await world.settle();
    store.begin();
    await world.settle();
    lifeOf(b).store.flush();
    for (let beats = 0; beats < 4; beats += 1) {
      world.clock.advance(1_000);
      await world.settle();
    }
    expect(holds(lifeOf(b).store, { incarnation: store.incarnation, sequence: 1 })).toBe(true);
    expect(holds(store, { incarnation: store.incarnation, sequence: 1 })).toBe(false);
    expect(asked).toEqual([]);
    store.flush();
  });

  it('[G1] says nothing that is behind a large entry before that is on its own disk', async () => {
    const [a] = await start(2);
    const { bus, store } = lifeOf(a);
    const said: number[] = [];
    const publish = bus.publish.bind(bus);
    bus.publish = (record) => {
      said.push(...decodeEntries(record).map(({ id }) => id.sequence));
      return publish(record);
    };
    const append = (bytes: number) =>
      store.append({
        document: 'large',
        epoch: { count: 1, id: '0000000000000000' },
        time: 1,
        updates: [{ author: '', update: new Uint8Array(bytes) }],
      });
    const appended = [append(10), append(5 * 1024 * 1024), append(10)];
    store.begin();
    await world.settle();
    expect(said).toEqual([1]);
    store.flush();
    await Promise.all(appended);
    await world.settle();
    expect(said).toEqual([1, 3]);
  });

  it('[G1][R14] says that a document was deleted once that is on its own disk', async () => {
    const [a] = await start(2);
    const { bus, store } = lifeOf(a);
    await write(a, 'hello');
    await world.settle();
    const heldAtPublishing: unknown[] = [];
    const publish = bus.publish.bind(bus);
    bus.publish = (record) => {
      heldAtPublishing.push(...decodeEntries(record).map(({ id, updates }) => [updates.length, holds(store, id)]));
      return publish(record);
    };
    const deleted = store.delete('plan');
    store.flush();
    await deleted;
    await world.settle();
    expect(heldAtPublishing).toEqual([[0, true]]);
  });

  it('[G1] holds a receipt until the bus has its entry, and no longer', async () => {
    const [a] = await start(2);
    const { store, cluster } = lifeOf(a);
    await write(a, 'hello');
    await world.settle();
    expect(cluster.acknowledged({ incarnation: store.incarnation, sequence: 1 })).toBeNull();
    const early = cluster.acknowledged({ incarnation: store.incarnation, sequence: 2 });
    expect(early).not.toBeNull();
    await write(a, ' world');
    await early;
    expect(world.hub.dump().streams.get(store.incarnation)?.items).toHaveLength(2);
  });

  it.each(['cluster', 'strict'] as const)(
    '[G1] with receipts that are "%s" brings to Redis after a restart what it had not, though another node is dead, and gives receipts for it',
    async (policy) => {
      world = new World(createRandom(7), { policy });
      const [a, b] = await start(2);
      await world.crash(machineOf(b));
      world.hub.cut();
      const { incarnation } = lifeOf(a).store;
      await write(a, 'hello');
      await world.crash(machineOf(a));
      world.hub.heal();
      const { store, cluster, meters } = await world.start(machineOf(a), 2);
      const told = cluster.acknowledgedSoFar('plan');
      await world.pass(6_000);
      expect(cluster.unreadiness).toBeNull();
      expect([cluster.acknowledgedSoFar('plan'), meters.withoutRedis]).toEqual([null, 0]);
      await told;
      const records = world.hub.dump().streams.get(store.incarnation)?.items ?? [];
      const published = records.flatMap(({ bytes }) => decodeEntries(bytes).map(({ id }) => id));
      expect(published).toEqual([{ incarnation, sequence: 1 }]);
      // And never again: it is noted.
      await world.stop(machineOf(a));
      expect(machineOf(a).disk.record?.owed).toEqual([{ incarnation: store.incarnation, after: 0, isOwn: true }]);
    },
  );

  it('[G1] with strict receipts gives none after a restart for what Redis and one of the others lack', async () => {
    world = new World(createRandom(7), { policy: 'strict' });
    const [a, b, c] = await start(3);
    await world.crash(machineOf(c));
    world.hub.cut();
    await write(a, 'hello');
    await world.pass(3_000);
    expect(await read(b)).toBe('hello');
    await world.crash(machineOf(a));
    const { cluster } = await world.start(machineOf(a), 2);
    await world.pass(8_000);
    expect(cluster.unreadiness).toBeNull();
    expect(cluster.acknowledgedSoFar('plan')).not.toBeNull();
    await world.start(machineOf(c), 2);
    await world.pass(8_000);
    expect(cluster.acknowledgedSoFar('plan')).toBeNull();
  });

  it('[G1] that had been one by itself gives receipts for what it wrote then once another node has it', async () => {
    const a = world.addMachine();
    await world.start(a, 1);
    await world.pass(6_000);
    await write(a, 'hello');
    await world.stop(a);
    a.disk = { ...a.disk, record: null };
    world.hub.forgetAll();
    await world.start(a, 2);
    const b = world.addMachine();
    world.network.cut(a.name, b.name);
    await world.start(b, 2);
    await world.pass(6_000);
    expect(lifeOf(a).cluster.acknowledgedSoFar('plan')).not.toBeNull();
    world.network.heal();
    await world.pass(8_000);
    expect(await read(b)).toBe('hello');
    expect(lifeOf(a).cluster.acknowledgedSoFar('plan')).toBeNull();
  });

  it('[G1] with strict receipts, and Redis away, goes on giving them beside an entry that another node refuses', async () => {
    world = new World(createRandom(7), { policy: 'strict' });
    const [a, b] = await start(2);
    const { store, cluster } = lifeOf(a);
    damage(lifeOf(b).store, 'bad');
    const kept: (number | null)[] = [];
    const keep = store.keepUnfolded.bind(store);
    store.keepUnfolded = (after) => {
      kept.push(after);
      keep(after);
    };
    world.hub.cut();
    await write(a, 'one', 'bad');
    await write(a, 'two');
    await world.pass(6_000);
    expect([await read(b, 'bad'), await read(b)]).toEqual([null, 'two']);
    const id = (sequence: number) => ({ incarnation: store.incarnation, sequence });
    expect([cluster.acknowledged(id(2)), cluster.acknowledgedSoFar('plan')]).toEqual([null, null]);
    expect(cluster.acknowledged(id(1))).not.toBeNull();
    expect(cluster.acknowledgedSoFar('bad')).not.toBeNull();
    // Nobody will ever ask for it: it need not be kept at hand.
    expect(kept).toEqual([2]);
    world.hub.heal();
    await world.pass(2_000);
    expect([cluster.acknowledged(id(1)), cluster.acknowledgedSoFar('bad')]).toEqual([null, null]);
  });

  it('[R11] pulls what the bus lost, without a fresh edit', async () => {
    const [a, b] = await start(2);
    world.hub.disturb(({ by }) => ('node' in by ? 'lose' : 'arrive'));
    await write(a, 'hello');
    await world.pass(4_000);
    expect(await read(b)).toBe('hello');
  });

  it('[G2][G5] goes on replicating by asking while the bus is away', async () => {
    const [a, b] = await start(2);
    world.hub.cut();
    await world.pass(1_000);
    await write(a, 'hello');
    await world.pass(3_000);
    expect(await read(b)).toBe('hello');
    expect(lifeOf(a).cluster.nodes.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('[G2][G5] is asked where it is reached now, when it came back at another address while the bus is away', async () => {
    const [a, b] = await start(2);
    world.hub.cut();
    await world.crash(machineOf(b));
    machineOf(b).address = 'moved';
    await world.start(machineOf(b), 1);
    await world.pass(8_000);
    expect(lifeOf(b).cluster.unreadiness).toBeNull();
    await write(b, 'hello');
    await world.pass(4_000);
    expect(await read(a)).toBe('hello');
    const known = lifeOf(a).cluster.nodes.find(({ isSelf }) => !isSelf);
    expect([known?.address, known?.state]).toEqual(['moved', 'ready']);
  });

  it('[G2] is cut off from everybody, and has the same as they when it is back, without a fresh edit', async () => {
    const [a, b] = await start(2);
    world.network.cut(nameOf(a), nameOf(b));
    world.hub.cut();
    await write(a, 'from a');
    await world.pass(8_000);
    expect(await read(b)).toBeNull();
    expect(lifeOf(b).cluster.nodes.map(({ state }) => state)).toEqual(['ready', 'silent']);
    world.hub.heal();
    await world.pass(2_000);
    expect(await read(b)).toBe('from a');
  });

  it('[R12] of a first start is not ready before so many nodes are known', async () => {
    const a = world.addMachine();
    await world.start(a, 2);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.unreadiness).toMatch(/1 of 2 nodes/);
    const b = world.addMachine();
    await world.start(b, 2);
    await world.pass(6_000);
    expect([lifeOf(a).cluster.unreadiness, lifeOf(b).cluster.unreadiness]).toEqual([null, null]);
  });

  it('[R12] that joins with an empty directory is ready only once it holds everything', async () => {
    const [a] = await start(1);
    for (let word = 0; word < 30; word += 1) await write(a, `${word} `);
    world.hub.forgetAll();
    const c = world.addMachine();
    await world.start(c, 1);
    world.network.cut(nameOf(a), nameOf(c));
    await world.pass(10_000);
    expect(lifeOf(c).cluster.unreadiness).toMatch(/still missing here: 30$/);
    world.network.heal();
    await world.pass(8_000);
    expect(lifeOf(c).cluster.unreadiness).toBeNull();
    expect(await read(c)).toBe(await read(a));
  });

  it('[R12] serves what it holds before it is ready: all that start at once become ready', async () => {
    const [a, b] = await start(2);
    world.hub.cut();
    world.network.cut(nameOf(a), nameOf(b));
    await write(a, 'a', 'of a');
    await write(b, 'b', 'of b');
    await world.stop(machineOf(a));
    await world.stop(machineOf(b));
    world.hub.heal();
    world.hub.forgetAll();
    world.network.heal();
    await world.start(machineOf(a), 1);
    await world.start(machineOf(b), 1);
    await world.pass(8_000);
    expect([lifeOf(a).cluster.unreadiness, lifeOf(b).cluster.unreadiness]).toEqual([null, null]);
    expect([await read(a, 'of b'), await read(b, 'of a')]).toEqual(['b', 'a']);
  });

  it('[R12] finds out that it lacks something of an incarnation that ended long ago', async () => {
    const answers = Array.from({ length: 60 }, (_, at) => [
      {
        id: { incarnation: at.toString(16).padStart(16, '0'), sequence: 1 },
        document: 'old',
        epoch: { count: 1, id: '0000000000000000' },
        time: 1,
        updates: [{ author: '', update: new Uint8Array([0, 0]) }],
      },
    ]);
    const a = world.addMachine({ answers, record: null });
    const b = world.addMachine({ answers: answers.slice(1), record: null });
    world.network.cut(nameOf(a), nameOf(b));
    for (const machine of [a, b]) await world.start(machine, 2);
    await world.pass(10_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
    expect(lifeOf(b).cluster.unreadiness).toMatch(/still missing here: 1$/);
    world.network.heal();
    await world.pass(8_000);
    expect(lifeOf(b).cluster.unreadiness).toBeNull();
    expect(lifeOf(a).cluster.nodes.map(({ missingEntries }) => missingEntries)).toEqual([0, 0]);
  });

  it('[R12] still knows after a restart what only a silent node holds, however many gaps that has', async () => {
    const answers = Array.from({ length: 100 }, (_, at) => [
      {
        id: { incarnation: '00000000000000ff', sequence: at * 2 + 1 },
        document: 'old',
        epoch: { count: 1, id: '0000000000000000' },
        time: 1,
        updates: [{ author: '', update: new Uint8Array([0, 0]) }],
      },
    ]);
    const a = world.addMachine({ answers: answers.slice(0, 70), record: null });
    const b = world.addMachine({ answers, record: null });
    // It knows what it lacks, and can not store it.
    (await world.start(a, 2)).store.refuse();
    await world.start(b, 2);
    await world.pass(8_000);
    expect(lifeOf(a).cluster.unreadiness).toMatch(/still missing here: 30$/);
    await world.crash(b);
    lifeOf(a).store.recover();
    await world.stop(a);
    await world.start(a, 2);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.unreadiness).toMatch(
      /^30 entries that only node [0-9a-f]+ is known to hold are missing here/,
    );
  });

  it('[R12] waits for a member of which nothing is known, until an operator forgets it', async () => {
    const [a, b] = await start(2);
    const gone = nodeOf(machineOf(b));
    await world.crash(machineOf(b));
    await world.pass(6_000);
    // Its word is lost everywhere, as when only the roll was restored.
    await world.crash(machineOf(a));
    const { record } = machineOf(a).disk;
    machineOf(a).disk = { ...machineOf(a).disk, record: record === null ? null : { ...record, heard: [] } };
    world.hub.forgetAll();
    await world.start(machineOf(a), 1);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.unreadiness).toMatch(`quire nodes forget ${gone}`);
    expect(await lifeOf(a).cluster.forget(gone)).toBe(true);
    await world.pass(2_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
  });

  it('[G1] that was away reads from the bus what a node receipted before it died with its disk', async () => {
    const [a, b] = await start(2);
    await world.crash(machineOf(b));
    await write(a, 'receipted');
    await world.pass(250);
    await world.crash(machineOf(a));
    machineOf(a).disk = EMPTY_DISK;
    await world.start(machineOf(b), 1);
    await world.pass(8_000);
    expect(lifeOf(b).cluster.unreadiness).toBeNull();
    expect(await read(b)).toBe('receipted');
  });

  it('[G1][G5] whose disk refuses writes takes from the bus, once it takes them, what a node receipted before it died with its disk', async () => {
    const [a, b] = await start(2);
    const { store } = lifeOf(b);
    store.refuse();
    await write(a, 'receipted');
    await world.pass(1_000);
    await world.crash(machineOf(a));
    machineOf(a).disk = EMPTY_DISK;
    await world.pass(6_000);
    store.recover();
    await world.pass(2_000);
    expect(await read(b)).toBe('receipted');
  });

  it('[R12] that was restored from an old backup gets back what it had written since', async () => {
    const [a, b] = await start(2);
    const { store, file } = lifeOf(a);
    await write(a, 'old ');
    await world.pass(1_000);
    const backup = await readDisk(store, file.record);
    await write(a, 'new');
    await world.pass(1_000);
    await world.crash(machineOf(a));
    machineOf(a).disk = backup;
    world.hub.forgetAll();
    await world.start(machineOf(a), 1);
    await world.pass(8_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
    expect(await read(a)).toBe('old new');
    expect(await read(b)).toBe('old new');
  });

  it('[R12] is not waited for with what it lost for good, once it says itself that it does not have it', async () => {
    const [a, b] = await start(2);
    const backup = await readDisk(lifeOf(a).store, lifeOf(a).file.record);
    for (let life = 0; life < 3; life += 1) {
      await world.stop(machineOf(a));
      await world.start(machineOf(a), 1);
      await world.pass(6_000);
    }
    world.hub.disturb(({ by }) => ('node' in by ? 'lose' : 'arrive'));
    world.network.cut(nameOf(a), nameOf(b));
    await write(a, 'lost');
    await world.pass(3_000);
    expect(lifeOf(b).cluster.nodes.find(({ isSelf }) => isSelf)?.missingEntries).toBe(1);
    await world.crash(machineOf(a));
    machineOf(a).disk = backup;
    world.hub.forgetAll();
    world.hub.disturb(null);
    world.network.heal();
    await world.start(machineOf(a), 1);
    await world.pass(8_000);
    await world.stop(machineOf(b));
    await world.start(machineOf(b), 1);
    await world.pass(8_000);
    expect([lifeOf(a).cluster.unreadiness, lifeOf(b).cluster.unreadiness]).toEqual([null, null]);
    expect(lifeOf(b).cluster.nodes.map(({ missingEntries }) => missingEntries)).toEqual([0, 0]);
  });

  it('[R12] with the id of another one, from a copied directory, leaves it to that one, and both go on', async () => {
    const [a] = await start(1);
    await write(a, 'before ');
    const { store, file } = lifeOf(a);
    const copy = world.addMachine(await readDisk(store, file.record));
    await world.start(copy, 1);
    await world.pass(10_000);
    expect(nodeOf(copy)).not.toBe(nodeOf(machineOf(a)));
    await write(copy, 'after');
    await world.pass(1_000);
    expect(await read(a)).toBe('before after');
    expect(lifeOf(a).cluster.nodes.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('[R12] that was forgotten and returns goes on under a new id, and what it holds is taken', async () => {
    const [a, b] = await start(2);
    const former = nodeOf(machineOf(b));
    world.hub.cut();
    world.network.cut(nameOf(a), nameOf(b));
    await write(b, 'kept');
    await world.stop(machineOf(b));
    await world.pass(6_000);
    world.hub.heal();
    await world.pass(1_000);
    await expect(lifeOf(a).cluster.forget(nodeOf(machineOf(a)))).rejects.toThrow(/is alive/);
    expect(await lifeOf(a).cluster.forget('0000000000000000')).toBe(false);
    expect(await lifeOf(a).cluster.forget(former)).toBe(true);
    world.network.heal();
    await world.start(machineOf(b), 1);
    await world.pass(10_000);
    expect(nodeOf(machineOf(b))).not.toBe(former);
    expect(lifeOf(a).cluster.nodes.map(({ id }) => id)).toContain(nodeOf(machineOf(b)));
    expect(await read(a)).toBe('kept');
  });

  it('[R12] says that it can forget no more nodes, before what it says can not be read any more', async () => {
    const [a, b] = await start(2);
    const gone = nodeOf(machineOf(b));
    await world.stop(machineOf(b));
    await world.stop(machineOf(a));
    const { disk } = machineOf(a);
    const forgotten = Array.from({ length: MOST_FORGOTTEN }, (_, at) => at.toString(16).padStart(16, '0'));
    machineOf(a).disk = { ...disk, record: disk.record === null ? null : { ...disk.record, forgotten } };
    await world.start(machineOf(a), 1);
    await world.pass(6_000);
    await expect(lifeOf(a).cluster.forget(gone)).rejects.toThrow(/remove cluster\.json from each data directory/);
    expect(lifeOf(a).cluster.nodes.map(({ id }) => id)).toContain(gone);
    // Others read it.
    await world.start(machineOf(b), 1);
    await world.pass(6_000);
    expect(lifeOf(b).cluster.nodes.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('[R13] knows all names while it reaches the bus, or every other node, and not otherwise', async () => {
    const [a, b] = await start(2);
    const { cluster } = lifeOf(a);
    expect(cluster.knowsAllNames).toBe(true);
    world.hub.cut();
    await world.pass(6_000);
    expect(cluster.knowsAllNames).toBe(true);
    world.network.cut(nameOf(a), nameOf(b));
    await world.pass(6_000);
    expect(cluster.knowsAllNames).toBe(false);
    world.hub.heal();
    await world.settle();
    expect(cluster.knowsAllNames).toBe(false);
    await world.pass(3_000);
    expect(cluster.knowsAllNames).toBe(true);
  });

  it('[R13] does not know all names while Redis is away and one node down, until an operator forgets that one', async () => {
    const [a, b, c] = await start(3);
    const gone = nodeOf(machineOf(c));
    world.hub.cut();
    await world.crash(machineOf(c));
    await world.pass(8_000);
    const know = () => [a, b].map((machine) => lifeOf(machine).cluster.knowsAllNames);
    expect(know()).toEqual([false, false]);
    expect(await lifeOf(a).cluster.forget(gone)).toBe(true);
    await world.pass(4_000);
    expect(know()).toEqual([true, true]);
  });

  it('[R13][G3] knows all names again only once it has what was made while it was out of touch', async () => {
    const [a, b] = await start(2);
    const { cluster } = lifeOf(a);
    world.hub.cut();
    world.network.cut(nameOf(a), nameOf(b));
    await world.pass(6_000);
    await write(b, 'hello');
    // It has to be fetched.
    world.hub.disturb(({ by }) => ('node' in by ? 'lose' : 'arrive'));
    world.hub.heal();
    await world.pass(5_000);
    expect(await read(a)).toBeNull();
    expect(cluster.knowsAllNames).toBe(false);
    world.network.heal();
    await world.pass(8_000);
    expect(await read(a)).toBe('hello');
    expect(cluster.knowsAllNames).toBe(true);
  });

  it('[R13][G3] does not know all names once it met a record that only a later release reads, until it has what others have', async () => {
    const [a, b] = await start(2);
    const { bus } = lifeOf(a);
    const { cluster } = lifeOf(b);
    world.hub.disturb(({ by }) => ('node' in by ? 'lose' : 'arrive'));
    world.network.cut(nameOf(a), nameOf(b));
    await write(a, 'hello');
    await world.settle();
    world.hub.disturb(null);
    await bus.publish(Uint8Array.of(99)).catch(() => {}); // the world can't read it either
    await world.pass(8_000);
    expect([await read(b), cluster.unreadiness, cluster.knowsAllNames]).toEqual([null, null, false]);
    world.network.heal();
    await world.pass(8_000);
    expect([await read(b), cluster.knowsAllNames]).toEqual(['hello', true]);
  });

  it('[R13][G3] does not know all names while a node is there whose words only a later release reads', async () => {
    const [a] = await start(2);
    const { cluster } = lifeOf(a);
    const later = world.hub.bus('f'.repeat(16));
    later.open();
    await world.settle();
    for (let counter = 1; counter <= 3; counter += 1) {
      await later.announce(Buffer.from(JSON.stringify({ version: 2, readableBy: 2, counter })));
      await world.pass(1_000);
    }
    expect([cluster.unreadiness, cluster.knowsAllNames]).toEqual([null, false]);
    await later.close();
    await world.pass(6_000);
    expect(cluster.knowsAllNames).toBe(true);
  });

  it('[R12][G3] that starts again is not ready beside a node whose words only a later release reads, nor after it, and names the cure', async () => {
    const { node, cluster, words: later } = await restartBeside(saidLater);
    expect(cluster.unreadiness).toMatch(new RegExp(`node ${node} runs release 99\\.0\\.0.*update this node$`));
    const known = () => cluster.nodes.find(({ id }) => id === node);
    expect(known()).toMatchObject({ state: 'unreadable', release: '99.0.0', address: 'later' });
    await expect(cluster.forget(node)).rejects.toThrow(/is alive/);
    await later.close();
    await world.pass(20_000);
    expect(cluster.unreadiness).toMatch(`quire nodes forget ${node}`);
    expect(known()).toMatchObject({ state: 'silent', release: '99.0.0' });
    expect(await cluster.forget(node)).toBe(true);
    await world.pass(2_000);
    expect(cluster.unreadiness).toBeNull();
  });

  it('[R12][G3] that starts again is not ready after a node whose words it could not read, though Redis has lost these, until an operator forgets it', async () => {
    const [a, b] = await start(2);
    const node = nodeOf(machineOf(b));
    await world.stop(machineOf(b));
    const later = world.hub.bus('f'.repeat(16));
    later.open();
    await world.settle();
    for (const counter of [1, 2, 3]) {
      await later.announce(saidLater(node, counter));
      await world.pass(1_000);
    }
    await later.close();
    for (const _ of ['once', 'again']) {
      await world.crash(machineOf(a));
      world.hub.forgetAll();
      await world.start(machineOf(a), 1);
      await world.pass(20_000);
      expect(lifeOf(a).cluster.unreadiness).toMatch(
        new RegExp(`^node ${node} ran release 99\\.0\\.0.*quire nodes forget ${node}`),
      );
      expect(lifeOf(a).cluster.nodes[1]).toMatchObject({ state: 'silent', address: 'later', release: '99.0.0' });
    }
    expect(await lifeOf(a).cluster.forget(node)).toBe(true);
    for (const _ of ['at once', 'after a restart']) {
      await world.pass(8_000);
      expect(lifeOf(a).cluster.unreadiness).toBeNull();
      await world.crash(machineOf(a));
      await world.start(machineOf(a), 1);
    }
  });

  it('[R12] takes a node for a member of which it never read more than whose words they are', async () => {
    const [a] = await start(1);
    const node = 'e'.repeat(16);
    const later = world.hub.bus('f'.repeat(16));
    later.open();
    await world.settle();
    for (const counter of [1, 2, 3]) {
      await later.announce(saidLater(node, counter));
      await world.pass(1_000);
    }
    expect(lifeOf(a).cluster.nodes[1]).toMatchObject({ id: node, state: 'unreadable', release: '99.0.0' });
    await later.close();
    await world.crash(machineOf(a));
    world.hub.forgetAll();
    await world.start(machineOf(a), 1);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.unreadiness).toMatch(`quire nodes forget ${node}`);
  });

  it('[R12] waits no more for what it could not read of a node once that has said something that it can, whatever it counts', async () => {
    const [a, b] = await start(2);
    const later = world.hub.bus('f'.repeat(16));
    later.open();
    await world.stop(machineOf(b));
    for (const counter of [1, 2, 3]) {
      await later.announce(saidLater(lifeOf(a).cluster.nodes[1]?.id ?? '', counter));
      await world.pass(1_000);
    }
    await later.close();
    await world.pass(8_000);
    // Out of a backup, it counts its starts from before.
    await world.start(machineOf(b), 1);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.nodes[1]).toMatchObject({ state: 'ready', release: '1.0.0' });
    await world.crash(machineOf(b));
    await world.crash(machineOf(a));
    world.hub.forgetAll();
    await world.start(machineOf(a), 1);
    await world.pass(20_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
  });

  it.each<[string, (node: string) => PeerStatus]>([
    [
      'of whose answer it can not read what that says of itself',
      (node) => ({ announcement: saidLater(node, 1), holdings: new Map(), heard: new Map() }),
    ],
    [
      'of which it can read no more than that it is of a later release',
      () => {
        throw new PeerError('later', 'it is of tomorrow');
      },
    ],
  ])('[R12][G3] that starts again without Redis is not ready beside a node %s', async (_, answer) => {
    const [a, b] = await start(2);
    const node = nodeOf(machineOf(b));
    await world.crash(machineOf(b));
    world.network.listen(nameOf(b), { status: () => answer(node), entries: async () => [] });
    world.hub.cut();
    await world.crash(machineOf(a));
    await world.start(machineOf(a), 1);
    const { cluster } = lifeOf(a);
    for (let second = 0; second < 20; second += 1) {
      await world.pass(1_000);
      expect(cluster.unreadiness).not.toBeNull();
    }
    expect(cluster.unreadiness).toMatch(new RegExp(`^node ${node} .*update this node$`));
    expect(cluster.nodes.map(({ state }) => state)).toEqual(['catching-up', 'unreadable']);
    world.network.leave(nameOf(b));
    await world.pass(20_000);
    expect(cluster.unreadiness).toMatch(`quire nodes forget ${node}`);
  });

  it('[R12] knows at once that a node is read again that was put back to a release that it can read', async () => {
    const [a, b] = await start(2);
    await world.crash(machineOf(b));
    const status = (): PeerStatus => {
      throw new PeerError('later', 'it is of tomorrow');
    };
    world.network.listen(nameOf(b), { status, entries: async () => [] });
    world.hub.cut();
    await world.crash(machineOf(a));
    await world.start(machineOf(a), 1);
    await world.pass(8_000);
    const stateOfOther = () => lifeOf(a).cluster.nodes[1]?.state;
    expect(stateOfOther()).toBe('unreadable');
    world.network.leave(nameOf(b));
    await world.start(machineOf(b), 1);
    await world.pass(3_000);
    expect([stateOfOther(), lifeOf(a).cluster.unreadiness]).toEqual([expect.stringMatching(/ready|catching-up/), null]);
  });

  it('[R12] does not do without a node whose words nobody can read, and does not take it for one of a later release', async () => {
    const { node, cluster, words: damaged } = await restartBeside(saidDamaged);
    expect(cluster.unreadiness).toMatch(new RegExp(`^what node ${node} says of itself can't be read.*: restart`));
    await damaged.close();
  });

  it('[R12] is ready beside a node that was put back to a release that can be read', async () => {
    const [a, b] = await start(2);
    const later = world.hub.bus('f'.repeat(16));
    later.open();
    await world.settle();
    await later.announce(saidLater(nodeOf(machineOf(b)), 1));
    await world.crash(machineOf(a));
    await world.start(machineOf(a), 1);
    await world.pass(8_000);
    expect(lifeOf(a).cluster.unreadiness).toBeNull();
  });

  it('[R13][G3] knows no names by the answer of a node alone, while it lacks what that one has', async () => {
    const [a, b] = await start(2);
    const { cluster, store } = lifeOf(a);
    world.hub.cut();
    world.network.cut(nameOf(a), nameOf(b));
    await world.pass(6_000);
    await write(b, 'hello');
    store.refuse();
    world.network.heal();
    await world.pass(6_000);
    expect(cluster.knowsAllNames).toBe(false);
    store.recover();
    await world.pass(8_000);
    expect(await read(a)).toBe('hello');
    expect(cluster.knowsAllNames).toBe(true);
  });

  it('[G7] says that an incarnation is gone when it left, when it died, and when its node has another one', async () => {
    const a = world.addMachine();
    const lost: string[] = [];
    const rooms = {
      join: () => ({ isShared: false, tell() {}, tellEvent() {}, relay() {}, leave() {} }),
      lose: (incarnation: string) => lost.push(incarnation),
      seek() {},
      close() {},
    };
    await world.start(a, 1, { rooms });
    const b = world.addMachine();
    const first = (await world.start(b, 1)).store.incarnation;
    await world.pass(6_000);
    expect(lost).toEqual([]);
    await world.stop(b);
    await world.pass(1_250);
    expect(lost).toEqual([first]);
    const second = (await world.start(b, 1)).store.incarnation;
    await world.pass(4_000);
    await world.crash(b);
    const third = (await world.start(b, 1)).store.incarnation;
    await world.pass(2_750);
    expect(lost).toEqual([first, second]);
    await world.crash(b);
    await world.pass(6_000);
    // Of the second it is said again, once it is silent.
    expect(lost).toEqual([first, second, second, third]);
  });

  it('[G7] says that an incarnation is gone while it alone is not heard on the bus, though it answers, and that it is back', async () => {
    const a = world.addMachine();
    const said: string[] = [];
    const rooms = {
      join: () => ({ isShared: false, tell() {}, tellEvent() {}, relay() {}, leave() {} }),
      lose: (incarnation: string) => said.push(`${incarnation} lost`),
      seek: (incarnation: string) => said.push(`${incarnation} met`),
      close() {},
    };
    await world.start(a, 2, { rooms });
    const b = world.addMachine();
    const { incarnation } = (await world.start(b, 2)).store;
    await world.pass(6_000);
    world.hub.cut(incarnation);
    await world.pass(8_000);
    expect(said.at(-1)).toBe(`${incarnation} met`);
    await world.pass(4_000);
    expect(said.at(-1)).toBe(`${incarnation} lost`);
    expect(lifeOf(a).cluster.nodes.map(({ state }) => state)).toEqual(['ready', 'ready']);
    said.length = 0;
    await world.pass(30_000);
    expect(said).toEqual([]);
    world.hub.heal(incarnation);
    await world.pass(4_000);
    expect(said).toEqual([`${incarnation} met`]);
    // That the bus itself is away says nothing of anybody; rooms decide for how long others are shown then.
    world.hub.cut();
    await world.pass(20_000);
    world.hub.heal();
    await world.pass(8_000);
    expect(said).toEqual([`${incarnation} met`]);
  });

  it('keeps its own entries unfolded until every member holds them', async () => {
    const [a, b] = await start(2);
    const kept: (number | null)[] = [];
    const { store } = lifeOf(a);
    const keep = store.keepUnfolded.bind(store);
    store.keepUnfolded = (after) => {
      kept.push(after);
      keep(after);
    };
    world.hub.cut();
    world.network.cut(nameOf(a), nameOf(b));
    await write(a, 'one');
    await world.pass(3_000);
    expect(kept).toEqual([]);
    world.hub.heal();
    world.network.heal();
    await world.pass(4_000);
    expect(kept).toEqual([1]);
  });

  it('[G2] [G4] folds what a member lacks that is away for longer than the bound, which gets all of it with authors and times when it is back', async () => {
    const [a, b] = await start(2);
    await world.crash(machineOf(b));
    for (const word of ['one ', 'two ', 'three ']) {
      await write(a, word);
      await world.pass(1_000);
    }
    const { store } = lifeOf(a);
    const folds = async (): Promise<number> => {
      const folding = store.compact('plan');
      await world.settle();
      store.flush();
      return (await folding).entries;
    };
    const written = await historyOf(store);
    expect(await folds()).toBe(0);
    // An hour by the clock of that node, which may be slow.
    for (let minute = 0; minute < 70; minute += 1) {
      world.clock.advance(60_000);
      await world.settle();
    }
    expect(await folds()).toBe(3);
    // Redis keeps records for a while as well.
    world.hub.forgetAll();
    await world.pass(2_000);
    await world.start(machineOf(b), 1);
    await world.pass(8_000);
    expect(lifeOf(b).cluster.unreadiness).toBeNull();
    expect(await read(b)).toBe('one two three ');
    const got = await historyOf(lifeOf(b).store);
    expect(got).toEqual(written);
    expect(new Set(got.map(({ time, updates }) => `${time} ${updates[0]?.author}`)).size).toBe(3);
  });

  it('[G4] has an entry pulled that is too large for the bus, and its receipt waits for the other node', async () => {
    const [a, b] = await start(2);
    const { store, cluster } = lifeOf(a);
    const appended = store.append({
      document: 'large',
      epoch: { count: 1, id: '0000000000000000' },
      time: 1,
      updates: [{ author: '', update: new Uint8Array(5 * 1024 * 1024) }],
    });
    await world.settle();
    store.flush();
    const id = await appended;
    await world.settle();
    expect(cluster.acknowledged(id)).not.toBeNull();
    await world.pass(5_000);
    expect(holds(lifeOf(b).store, id)).toBe(true);
    expect(cluster.acknowledged(id)).toBeNull();
  });

  it('[R11] passes over records that it can not read, and pulls what was in them', async () => {
    const [a, b] = await start(2);
    const { store } = lifeOf(a);
    const damaged = world.hub.bus(store.incarnation);
    damaged.open();
    await world.settle();
    await damaged.publish(new Uint8Array([9, 1, 2, 3]));
    await damaged.publish(new Uint8Array([1, 2, 3]));
    await write(a, 'hello');
    await world.pass(1_000);
    expect(await read(b)).toBe('hello');
    await damaged.close();
  });

  it('leaves nothing running behind, and has said farewell', async () => {
    const [a, b] = await start(2);
    const { store, clock } = lifeOf(a);
    await write(a, 'last words');
    await world.stop(machineOf(a));
    clock.die();
    const said = world.hub.dump().announcements.get(store.incarnation);
    expect(decodeAnnouncement(said ?? new Uint8Array()).state).toBe('leaving');
    await world.pass(1_000);
    expect(await read(b)).toBe('last words');
  });

  it('[R12] does not start with a damaged file of its cluster', async () => {
    const file = { read: () => Promise.reject(new ClusterFileError('damaged')), write: async () => {} };
    await expect(world.start(world.addMachine(), 1, { file })).rejects.toThrow(ClusterFileError);
  });
});

function machineOf(machine: Machine | undefined): Machine {
  if (machine === undefined) throw new Error('there is no such machine');
  return machine;
}

function lifeOf(machine: Machine | undefined): Life {
  const { life } = machineOf(machine);
  if (life === null) throw new Error(`${machine?.name} does not run`);
  return life;
}

async function historyOf(store: DocumentStore): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of store.history('plan')) entries.push(entry);
  return entries;
}

function nameOf(machine: Machine | undefined): string {
  return machineOf(machine).name;
}

/** As a later release says it: of its announcements this one reads no more than whose they are. */
function saidLater(node: string, counter: number): Uint8Array {
  const speaker = { node, generation: 7, address: 'later', release: '99.0.0' };
  return Buffer.from(JSON.stringify({ version: 2, readableBy: 2, ...speaker, counter }));
}

/** Of this release by its version, and without most of what belongs to it. */
function saidDamaged(node: string, counter: number): Uint8Array {
  const speaker = { node, generation: 7, address: 'damaged', release: '1.0.0' };
  return Buffer.from(JSON.stringify({ version: 1, readableBy: 1, ...speaker, counter }));
}

/** What others have of it can not be stored any more. */
function damage(store: DocumentStore, document: string): void {
  const adopt = store.adopt.bind(store);
  store.adopt = async (entries) => {
    if (entries.some((entry) => entry.document === document)) throw new PersistenceError('CORRUPT_RECORD', 'damaged');
    await adopt(entries);
  };
}
