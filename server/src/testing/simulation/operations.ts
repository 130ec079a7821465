import type { Fate, MemoryDump } from '../../cluster/memory-hub.ts';
import type { AwarePerson } from '../aware-person.ts';
import { type Disk, EMPTY_DISK, readDisk } from './disk.ts';
import type { Machine } from './life.ts';
import { HEARD_AFTER_MS, type World } from './world.ts';

const DOCUMENTS = ['plan', 'team/notes'];
const MOST_MACHINES = 5;
/** Most things happen within moments of each other; some of them only once somebody is taken for dead, or has given up. */
const WAITS_MS = [250, 250, 500, 500, 1_000, 1_000, 2_000, 3_000, 5_000, 11_000];

/** A node is ready by then that has nobody to fetch anything from. */
const READY_AGAIN_MS = 3_000;

/** What may befall a cluster. Each says what it did; null when there was nothing to do it to. */
type Operation = (world: World, memory: Memory) => Promise<string | null>;

export interface Memory {
  readonly backups: Map<Machine, Disk>;
  dump: MemoryDump | null;
}

const edit: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  const document = world.random.pick(DOCUMENTS);
  const times = 1 + world.random.below(4);
  for (let time = 0; time < times; time += 1) world.edit(machine, document);
  return `${machine.name} edits ${document} ${times} times`;
};

const open: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  const document = world.random.pick(DOCUMENTS);
  world.open(machine, document);
  return `${machine.name} opens ${document}`;
};

const remove: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  const document = world.random.pick(DOCUMENTS);
  await world.remove(machine, document);
  return `${machine.name} deletes ${document}`;
};

const wait: Operation = async (world) => {
  const ms = world.random.pick(WAITS_MS);
  await world.pass(ms);
  return `${ms} ms pass`;
};

const cutBus: Operation = async (world) => {
  world.disturb('bus');
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined || world.random.oneIn(3)) {
    world.hub.cut();
    return 'the bus is away';
  }
  if (world.random.oneIn(3)) {
    world.hub.silence(life.store.incarnation, world.random.oneIn(2));
    return `the bus does not answer ${machine.name}`;
  }
  world.hub.cut(life.store.incarnation);
  return `the bus is away for ${machine.name}`;
};

const refuseWrites: Operation = async (world) => {
  world.disturb('bus');
  world.hub.refuse(world.random.pick(['full', 'read-only']));
  return 'the bus takes no writes';
};

/** With a backlog, one in the middle of a pipeline. */
const refuseOneWrite: Operation = async (world) => {
  world.disturb('bus');
  world.hub.refuseOne(world.random.below(6));
  return 'the bus has no room for one of the next writes';
};

const healBus: Operation = async (world) => {
  world.healBus();
  return 'the bus is well';
};

const muddle: Operation = async (world) => {
  world.disturb('bus');
  const random = world.random.fork();
  const fates: readonly Fate[] = ['arrive', 'arrive', 'arrive', 'lose', 'repeat', 'overtake', 'wait'];
  world.hub.disturb(() => random.pick(fates));
  return 'records are lost, repeated, overtaken and late';
};

const MUMBLED: readonly (readonly Fate[])[] = [
  ['arrive', 'arrive', 'arrive', 'lose', 'repeat', 'overtake', 'wait'],
  ['arrive', 'lose', 'lose', 'lose', 'wait'],
  ['lose'],
];

/** What is told in rooms, and no records. */
const mumble: Operation = async (world) => {
  if (world.visitors.people.length === 0) return null;
  world.disturb('bus');
  const random = world.random.fork();
  const fates = random.pick(MUMBLED);
  world.hub.disturb(({ by }) => ('channel' in by ? random.pick(fates) : 'arrive'));
  return 'messages are lost, repeated, overtaken and late';
};

const flushBus: Operation = async (world) => {
  world.busForgets(() => world.hub.forgetAll());
  return 'the bus forgets everything';
};

const trimBus: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined) return null;
  world.disturb();
  world.hub.trim(life.store.incarnation, world.random.below(3));
  world.noteLosses();
  return `the bus trims what ${machine.name} published`;
};

const keepDump: Operation = async (world, memory) => {
  memory.dump = world.hub.dump();
  return 'the bus is dumped';
};

const rewindBus: Operation = async (world, memory) => {
  const { dump } = memory;
  if (dump === null) return null;
  world.busForgets(() => world.hub.rewind(dump, world.random.oneIn(2)));
  return 'the bus is restored from the dump';
};

const cutLine: Operation = async (world) => {
  world.disturb();
  const one = world.random.pick(world.machines);
  const other = world.random.pick(world.machines);
  if (one === other) return null;
  if (world.random.oneIn(2)) {
    world.network.cutOneWay(one.name, other.name);
    return `${one.name} can not ask ${other.name}`;
  }
  world.network.cut(one.name, other.name);
  return `the line between ${one.name} and ${other.name} is cut`;
};

const healLines: Operation = async (world) => {
  world.network.heal();
  return 'all lines are well';
};

const crash: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  await world.crash(machine);
  world.noteLosses();
  return `${machine.name} crashes`;
};

const stop: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  await world.stop(machine);
  return `${machine.name} stops`;
};

const start: Operation = async (world) => {
  const [machine] = world.stopped;
  if (machine === undefined) return null;
  if (world.random.oneIn(4)) machine.address = `${machine.name} (${world.hexId()})`;
  await world.start(machine, 1);
  return `${machine.name} starts at ${machine.address}`;
};

const backUp: Operation = async (world, memory) => {
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined) return null;
  memory.backups.set(machine, await readDisk(life.store, life.file.record));
  return `${machine.name} is backed up`;
};

const restore: Operation = async (world, memory) => {
  const machine = world.random.pick([...memory.backups.keys(), ...world.machines]);
  const backup = memory.backups.get(machine);
  if (backup === undefined) return null;
  world.disturb();
  await world.crash(machine);
  machine.disk = backup;
  world.noteLosses();
  return `${machine.name} is restored from its backup`;
};

const loseDisk: Operation = async (world) => {
  const machine = world.random.pick(world.machines);
  world.disturb();
  await world.crash(machine);
  machine.disk = EMPTY_DISK;
  world.noteLosses();
  return `${machine.name} loses its disk`;
};

const clone: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined || world.machines.length >= MOST_MACHINES) return null;
  const copy = world.addMachine(await readDisk(life.store, life.file.record));
  await world.start(copy, 1);
  return `${copy.name} starts from a copy of ${machine.name}'s directory`;
};

const grow: Operation = async (world) => {
  if (world.machines.length >= MOST_MACHINES) return null;
  const machine = world.addMachine();
  await world.start(machine, 1);
  return `${machine.name} joins`;
};

const forget: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  const silent = life?.cluster.nodes.filter(({ isSelf, state }) => !isSelf && state === 'silent') ?? [];
  const [node] = silent;
  if (machine === undefined || life === undefined || node === undefined) return null;
  world.disturb();
  await world.during(life.cluster.forget(node.id), 'forgetting');
  return `${machine.name} forgets ${node.id}`;
};

const refuseDisk: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined) return null;
  if (life.store.status.state === 'ready') life.store.refuse();
  else life.store.recover();
  return `the disk of ${machine.name} ${life.store.status.state === 'ready' ? 'is well' : 'refuses writes'}`;
};

const fold: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  if (machine === undefined || life === undefined) return null;
  const document = world.random.pick(DOCUMENTS);
  // Unknown documents, and disks that refuse.
  life.store.compact(document).catch(() => {});
  return `${machine.name} folds ${document}`;
};

/** What it wrote is on its disk alone, and the process that knows of it is gone. */
const writeAlone: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  if (machine === undefined) return null;
  world.disturb('bus');
  world.hub.cut();
  for (const other of world.machines) if (other !== machine) world.network.cut(machine.name, other.name);
  const document = world.random.pick(DOCUMENTS);
  world.edit(machine, document);
  await world.pass(500);
  await world.crash(machine);
  world.noteLosses();
  await world.start(machine, 1);
  await world.pass(READY_AGAIN_MS);
  world.open(machine, document);
  return `${machine.name} is alone, edits ${document}, crashes and starts again, and opens it`;
};

/** What it missed is not on the bus any more, and has to be fetched. */
const comeLate: Operation = async (world) => {
  const { machine } = pickRunning(world) ?? {};
  const other = world.running.find((each) => each.machine !== machine)?.machine;
  if (machine === undefined || other === undefined) return null;
  await world.stop(machine);
  const document = world.random.pick(DOCUMENTS);
  world.edit(other, document);
  await world.pass(1_000);
  world.busForgets(() => world.hub.forgetAll());
  await world.pass(HEARD_AFTER_MS);
  await world.start(machine, 1);
  return `${machine.name} stops, ${other.name} edits ${document}, the bus forgets everything, and ${machine.name} starts again`;
};

const come: Operation = async (world) => {
  const { machine, life } = pickRunning(world) ?? {};
  const person = pickPerson(world);
  if (machine === undefined || life === undefined || person === null) return null;
  if (!world.visitors.enter(person, life)) return null;
  return `person ${person.clientId} comes to ${machine.name}`;
};

const lose: Operation = async (world) => {
  const person = pickPerson(world);
  if (person === null || world.visitors.seatOf(person) === undefined) return null;
  world.visitors.lose(person);
  return `the line of person ${person.clientId} breaks`;
};

const leave: Operation = async (world) => {
  const person = pickPerson(world);
  if (person === null || world.visitors.seatOf(person) === undefined) return null;
  world.visitors.leave(person);
  return `person ${person.clientId} leaves, and all dead lines are noticed`;
};

const say: Operation = async (world) => {
  const person = pickPerson(world);
  if (person === null) return null;
  person.move();
  return `person ${person.clientId} says ${JSON.stringify(person.said)}`;
};

const letGo: Operation = async (world) => {
  if (world.visitors.people.length === 0) return null;
  world.visitors.miss();
  world.visitors.closeEmpty();
  return 'dead lines are noticed, and nodes without people let go of the document';
};

const WEIGHTS: readonly (readonly [Operation, number])[] = [
  [edit, 30],
  [open, 10],
  [wait, 25],
  [remove, 4],
  [cutBus, 4],
  [refuseWrites, 1],
  [refuseOneWrite, 2],
  [healBus, 6],
  [muddle, 3],
  [mumble, 8],
  [flushBus, 2],
  [trimBus, 2],
  [keepDump, 2],
  [rewindBus, 2],
  [cutLine, 4],
  [healLines, 4],
  [crash, 4],
  [stop, 3],
  [start, 10],
  [backUp, 2],
  [restore, 1],
  [loseDisk, 2],
  [clone, 1],
  [grow, 1],
  [forget, 1],
  [refuseDisk, 2],
  [fold, 2],
  [writeAlone, 2],
  [comeLate, 2],
  [come, 20],
  [lose, 5],
  [leave, 4],
  [say, 8],
  [letGo, 3],
];

const DRAWN = WEIGHTS.flatMap(([operation, weight]) => Array.from({ length: weight }, () => operation));

export async function operate(world: World, memory: Memory): Promise<string | null> {
  return world.random.pick(DRAWN)(world, memory);
}

export { DOCUMENTS };

function pickPerson({ visitors, random }: World): AwarePerson | null {
  return visitors.people.length === 0 ? null : random.pick(visitors.people);
}

function pickRunning(world: World): World['running'][number] | null {
  const { running } = world;
  return running.length === 0 ? null : world.random.pick(running);
}
