import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EntryId, type Epoch, FIRST_EPOCH, PersistenceError } from '@quire/persistence';
import type { Random } from '@quire/testing';
import { pino } from 'pino';
import type { ReceiptPolicy } from '../../cluster/cluster.ts';
import type { ClusterBus } from '../../cluster/cluster-bus.ts';
import { createCluster, type LiveCluster, type LiveClusterOptions } from '../../cluster/live-cluster.ts';
import { createMemoryHub, type MemoryHub } from '../../cluster/memory-hub.ts';
import { noMeters } from '../../cluster/meters.ts';
import { RECORD_ENTRIES } from '../../cluster/record-size.ts';
import { createRooms } from '../../cluster/rooms/rooms.ts';
import { ManualClock } from '../manual-clock.ts';
import { type Disk, EMPTY_DISK, MemoryFile, openDisk, readDisk, SimulatedStore } from './disk.ts';
import { Ledger, nameOf } from './ledger.ts';
import { holds, type Life, type Machine } from './life.ts';
import { LifeClock } from './life-clock.ts';
import { PeerNetwork } from './peers.ts';
import { Visitors } from './visitors.ts';
import { wordOf } from './words.ts';

export interface WorldOptions {
  /** Default: `cluster`. */
  readonly policy?: ReceiptPolicy;
  /** How many come and go. Default: nobody. */
  readonly people?: number;
  /** On the bus: the fewer there are in one, the more of them make a pipeline. */
  readonly recordEntries?: number;
  /** Makes a node; for a test of the tests, one that is broken in some way. */
  readonly create?: (options: LiveClusterOptions) => LiveCluster;
}

export const STEP_MS = 250;
/** All who are there have announced themselves by then to a bus that has forgotten them. */
export const HEARD_AFTER_MS = 2_000;
/** Nodes or people that answer each other for longer do so for ever. */
const MOST_ROUNDS = 500;
const HOUR_MS = 3_600_000;
const log = pino({ level: 'silent' });

/** Machines, a bus, lines and people, in one process with one clock. Whatever breaks a rule throws. */
export class World {
  readonly random: Random;
  readonly clock = new ManualClock();
  readonly hub: MemoryHub = createMemoryHub(this.clock);
  readonly network = new PeerNetwork(this.clock);
  readonly machines: Machine[] = [];
  readonly ledger = new Ledger();
  readonly visitors: Visitors;
  readonly policy: ReceiptPolicy;
  readonly #recordEntries: number;
  readonly #create: (options: LiveClusterOptions) => LiveCluster;
  readonly #failures: string[] = [];
  #clients = 0;
  #isBusFaulty = false;
  #forgotAt = Number.NEGATIVE_INFINITY;
  #lastCrashAt = Number.NEGATIVE_INFINITY;

  constructor(
    random: Random,
    { policy = 'cluster', people = 0, recordEntries = RECORD_ENTRIES, create = createCluster }: WorldOptions = {},
  ) {
    this.random = random;
    this.policy = policy;
    this.#recordEntries = recordEntries;
    this.#create = create;
    this.visitors = new Visitors(people, this.clock, people === 0 ? random : random.fork());
  }

  hexId(): string {
    return Array.from({ length: 16 }, () => this.random.below(16).toString(16)).join('');
  }

  addMachine(disk: Disk = EMPTY_DISK): Machine {
    const name = `m${this.machines.length + 1}`;
    const machine: Machine = { name, address: name, disk, life: null };
    this.machines.push(machine);
    return machine;
  }

  get running(): { readonly machine: Machine; readonly life: Life }[] {
    return this.machines.flatMap((machine) => (machine.life === null ? [] : [{ machine, life: machine.life }]));
  }

  /** When a process last ended without a goodbye. */
  get lastCrashAt(): number {
    return this.#lastCrashAt;
  }

  get stopped(): Machine[] {
    return this.machines.filter(({ life }) => life === null);
  }

  async start(machine: Machine, expectedNodes: number, more: Partial<LiveClusterOptions> = {}): Promise<Life> {
    const clock = this.#createClock();
    const store = new SimulatedStore(this.hexId(), clock);
    await openDisk(store, machine.disk);
    const file = new MemoryFile(machine.disk.record);
    const bus = this.#noting(this.hub.bus(store.incarnation));
    const meters = { withoutRedis: 0 };
    const cluster = this.#create({
      store,
      bus,
      peers: this.network.from(machine.name),
      clock,
      log,
      file,
      address: machine.address,
      release: '1.0.0',
      settings: { expectedNodes, receipts: this.policy, receiptPatienceMs: 1_000 },
      rooms: createRooms({ bus, incarnation: store.incarnation, clock, log }),
      randomId: () => this.hexId(),
      recordEntries: this.#recordEntries,
      meters: {
        ...noMeters,
        receiptWithoutRedis: () => {
          meters.withoutRedis += 1;
        },
      },
      ...more,
    });
    cluster.attach({
      adopted: async (entries) => {
        for (const { id } of entries) {
          if (!holds(store, id)) this.fail(`${machine.name} was handed ${nameOf(id)}, which its store does not hold`);
        }
        this.ledger.copied(entries.map(({ id }) => nameOf(id)));
      },
    });
    store.onWriting((entries) => this.ledger.wrote(entries));
    store.onStored((entries) => this.ledger.found(entries));
    const onBusBefore = this.#onBus();
    await cluster.start();
    const { address } = machine;
    this.network.listen(machine.name, cluster, address);
    const receiptedBefore = this.ledger.receipts.length;
    const startedAt = this.clock.now();
    const isUndisturbed = !this.#isBusFaulty && this.network.isWhole && this.#forgotAt + HEARD_AFTER_MS <= startedAt;
    machine.life = {
      store,
      cluster,
      address,
      bus,
      clock,
      file,
      meters,
      startedAt,
      receiptedBefore,
      onBusBefore,
      isUndisturbed,
      wasReady: false,
    };
    return machine.life;
  }

  /** The power goes: what was not flushed is gone. */
  async crash(machine: Machine): Promise<void> {
    const { life } = machine;
    if (life === null) return;
    machine.life = null;
    this.#lastCrashAt = this.clock.now();
    this.visitors.orphan(life);
    this.network.leave(life.address);
    life.clock.die();
    life.file.seal();
    machine.disk = await readDisk(life.store, life.file.record);
    await life.bus.close();
  }

  async stop(machine: Machine): Promise<void> {
    const { life } = machine;
    if (life === null) return;
    this.visitors.empty(life);
    await this.during(life.cluster.close(), `the end of ${machine.name}`);
    await this.crash(machine);
  }

  edit(machine: Machine, document: string): void {
    const { life } = machine;
    if (life === null || life.cluster.unreadiness !== null || life.store.status.state !== 'ready') return;
    this.#clients += 1;
    this.#type(life, document, this.#clients)
      .then(async (id) => {
        const before = life.meters.withoutRedis;
        await life.cluster.acknowledged(id);
        if (machine.life !== life) return;
        this.ledger.receipts.push({ id, document });
        this.#checkCopies(machine, id, life.meters.withoutRedis !== before);
      })
      .catch((error: unknown) => this.#tolerate(error));
  }

  /** Somebody comes with everything that is there already, and is told "saved" of it. */
  open(machine: Machine, document: string): void {
    const { life } = machine;
    if (life === null || life.cluster.unreadiness !== null) return;
    const held = [...this.ledger.written.values()].filter(
      (entry) => entry.document === document && holds(life.store, entry.id),
    );
    const before = life.meters.withoutRedis;
    const told = life.cluster.acknowledgedSoFar(document) ?? Promise.resolve();
    void told.then(() => {
      if (machine.life !== life) return;
      for (const { id } of held) this.#checkCopies(machine, id, life.meters.withoutRedis !== before);
    });
  }

  async remove(machine: Machine, document: string): Promise<void> {
    const { life } = machine;
    if (life === null || life.cluster.unreadiness !== null || life.store.status.state !== 'ready') return;
    const loaded = await life.store.load(document);
    if (loaded === null || loaded.state === 'deleted') return;
    const to: Epoch = { count: loaded.epoch.count + 1, id: this.hexId() };
    life.store.delete(document, to).catch((error: unknown) => this.#tolerate(error));
  }

  /** Lets time pass until something has come about. */
  async during(work: Promise<unknown>, what: string): Promise<void> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    work.then(end, (error: unknown) => {
      this.fail(`${what}: ${error}`);
      end();
    });
    await this.settle();
    for (let steps = 0; !isOver; steps += 1) {
      if (steps > 40) return this.fail(`${what} does not come`);
      await this.pass(STEP_MS);
    }
  }

  /** Something may keep a node from knowing what others have: those that run, and those that start before it is over. */
  disturb(lasting?: 'bus'): void {
    if (lasting === 'bus') this.#isBusFaulty = true;
    for (const { life } of this.running) life.isUndisturbed = false;
  }

  /** It takes a moment until all have announced themselves again. */
  busForgets(forget: () => void): void {
    this.disturb();
    forget();
    this.#forgotAt = this.clock.now();
    this.noteLosses();
  }

  healBus(): void {
    this.#isBusFaulty = false;
    this.hub.heal();
    this.hub.disturb(null);
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      for (const { life } of this.running) this.#moveDisk(life.store);
      this.clock.advance(STEP_MS);
      this.visitors.slowDown();
      await this.settle();
      this.#checkReadiness();
      this.check();
    }
  }

  /** A slow one is still at work when this moment is over, or when its process ends. */
  #moveDisk(store: SimulatedStore): void {
    if (this.random.below(5) > 0) store.flush();
    else store.begin();
  }

  /** Everything that is on its way arrives, and whatever is said to it. */
  async settle(): Promise<void> {
    await nextTurn();
    for (let rounds = 0; this.hub.deliver() + this.visitors.stir() > 0; rounds += 1) {
      if (rounds > MOST_ROUNDS) return this.fail('nobody comes to rest');
      await nextTurn();
    }
  }

  /** Notes what has no copy any more, after something was destroyed. */
  noteLosses(): void {
    const onBus = this.#onBus();
    for (const [name, { id }] of this.ledger.written) {
      if (!onBus.has(name) && !this.#isOnADisk(id)) this.ledger.lost.add(name);
    }
  }

  fail(what: string): void {
    this.#failures.push(what);
  }

  check(): void {
    if (this.#failures.length > 0) throw new Error(this.#failures.join('\n'));
  }

  /** Nothing goes on after it. */
  end(): void {
    for (const { life } of this.running) life.clock.die();
    this.visitors.close();
  }

  #createClock(): LifeClock {
    return new LifeClock(this.clock, {
      rate: this.random.pick([0.9, 1, 1, 1.1]),
      offsetMs: this.random.pick([0, 0, HOUR_MS, -HOUR_MS]),
    });
  }

  async #type({ store, clock }: Life, document: string, client: number): Promise<EntryId> {
    const epoch = (await store.stat(document))?.epoch ?? FIRST_EPOCH;
    const updates = [{ author: `u${client}`, update: wordOf(client) }];
    return store.append({ document, epoch, time: clock.now(), updates });
  }

  /** G1: what was receipted as safe survives the loss of any one disk. Nobody promises more after Redis or a disk was lost. */
  #checkCopies(machine: Machine, id: EntryId, isWithoutRedis: boolean): void {
    switch (this.policy) {
      case 'local':
        return;
      case 'cluster':
        if (isWithoutRedis) return;
        break;
      case 'strict':
        if (isWithoutRedis) this.fail(`${nameOf(id)} was receipted without Redis, and with "strict"`);
    }
    this.ledger.safeReceipts += 1;
    const isElsewhere = this.running.some((other) => other.machine !== machine && holds(other.life.store, id));
    if (!isElsewhere && !this.ledger.isCopied(id)) this.fail(`${nameOf(id)} was receipted with one copy of it`);
  }

  /** The same bus; it is noted what it has had. */
  #noting(bus: ClusterBus): ClusterBus {
    const publish = bus.publish.bind(bus);
    bus.publish = async (record) => {
      await publish(record);
      this.ledger.copied(this.ledger.namesIn(record));
    };
    return bus;
  }

  /** R12: nobody serves while it lacks what was receipted before it started, and could be had. */
  #checkReadiness(): void {
    for (const { machine, life } of this.running) {
      if (life.wasReady || life.cluster.unreadiness !== null) continue;
      life.wasReady = true;
      if (!life.isUndisturbed) continue;
      const onBus = this.#onBus();
      // Who starts at the same moment can't be heard yet.
      const audible = this.running.filter((other) => other.life.startedAt + HEARD_AFTER_MS <= life.startedAt);
      for (const { id } of this.ledger.receipts.slice(0, life.receiptedBefore)) {
        // What such a one brings to the bus has to be heard of as well.
        const isThere = life.onBusBefore.has(nameOf(id)) && onBus.has(nameOf(id));
        const canBeHad = isThere || audible.some((other) => holds(other.life.store, id));
        if (canBeHad && !holds(life.store, id)) this.fail(`${machine.name} is ready without ${nameOf(id)}`);
      }
    }
  }

  #onBus(): Set<string> {
    const names = new Set<string>();
    const { streams, announcements } = this.hub.dump();
    for (const [incarnation, { items }] of streams) {
      // A bus that forgot who published it within the second in which that one dies has lost it: nobody knows to look for it.
      if (!announcements.has(incarnation)) continue;
      for (const { bytes } of items) for (const name of this.ledger.namesIn(bytes)) names.add(name);
    }
    return names;
  }

  #isOnADisk(id: EntryId): boolean {
    return this.machines.some(({ disk, life }) => {
      if (life !== null) return holds(life.store, id);
      return disk.answers.some((answer) => answer.some((entry) => nameOf(entry.id) === nameOf(id)));
    });
  }

  /** What a client is told that edits at such a moment. */
  #tolerate(error: unknown): void {
    const codes = ['REFUSED', 'CLOSED', 'EPOCH_MOVED', 'UNKNOWN_DOCUMENT', 'QUEUE_FULL'];
    if (error instanceof PersistenceError && codes.includes(error.code)) return;
    this.fail(`an edit failed: ${error instanceof Error ? error.stack : error}`);
  }
}
