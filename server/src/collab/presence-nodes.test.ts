import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { BusError } from '../cluster/cluster-bus.ts';
import { createRooms, type Rooms } from '../cluster/rooms/rooms.ts';
import { TALLY_EVERY_MS } from '../cluster/rooms/tallies.ts';
import { AwarePerson } from '../testing/aware-person.ts';
import { Desk } from '../testing/desk.ts';
import { HandBus, Post } from '../testing/hand-bus.ts';
import { ManualClock } from '../testing/manual-clock.ts';

const PEOPLE = 4;
const NODES = 3;
/** Nobody is back sooner, and nobody changes as often meanwhile. */
const COMING_BACK_MS = 1_000;
/** In one of them a word is told, repeated, told to be old, asked for again: after so many somebody does so for ever. */
const MOST_ROUNDS = 300;
const away = { state: 'away', error: new BusError('unreachable', 'gone'), since: 0 } as const;
const log = pino({ level: 'silent' });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Stage {
  readonly clock = new ManualClock();
  readonly post = new Post();
  readonly people = Array.from({ length: PEOPLE }, (_, index) => new AwarePerson(index + 1));
  readonly nodes: Node[] = [];
  readonly dead: string[] = [];
  readonly lost: { node: Node; socket: object }[] = [];
  readonly maxListed: number;
  timeOfDay = 0;
  #started = 0;

  constructor(maxListed: number) {
    this.maxListed = maxListed;
  }

  start(): Node {
    this.#started += 1;
    return new Node(this.#started.toString(16).padStart(16, '0'), this);
  }

  nodeOf(person: AwarePerson): Node | undefined {
    return this.nodes.find(({ desk }) => desk.people.has(person));
  }

  disconnect(person: AwarePerson): void {
    const node = this.nodeOf(person);
    const socket = node?.desk.lose(person) ?? null;
    if (node !== undefined && socket !== null) this.lost.push({ node, socket });
  }

  connect(person: AwarePerson, node: Node): void {
    this.disconnect(person);
    this.timeOfDay += COMING_BACK_MS;
    node.desk.enter(person);
  }

  miss(): void {
    const missed = this.lost.shift();
    missed?.node.desk.presence.forget(missed.socket);
  }

  /** Killed, and started again. Its people are left with nobody. */
  async kill(index: number): Promise<void> {
    const node = this.nodes[index];
    if (node === undefined) return;
    for (const person of [...node.desk.people]) this.disconnect(person);
    this.lost.splice(0, this.lost.length, ...this.lost.filter((each) => each.node !== node));
    await node.die();
    this.dead.push(node.incarnation);
    this.nodes[index] = this.start();
  }

  /** Somebody has noticed by heartbeat. */
  bury(): void {
    const incarnation = this.dead.shift();
    if (incarnation !== undefined) for (const { rooms } of this.nodes) rooms.lose(incarnation);
  }

  close(): void {
    for (const { rooms } of this.nodes) rooms.close();
    for (const person of this.people) person.close();
  }
}

class Node {
  readonly incarnation: string;
  readonly bus: HandBus;
  readonly rooms: Rooms;
  readonly desk: Desk;

  constructor(incarnation: string, stage: Stage) {
    const { clock, maxListed, post } = stage;
    this.incarnation = incarnation;
    this.bus = new HandBus(post);
    this.rooms = createRooms({ bus: this.bus, incarnation, clock, log });
    this.desk = new Desk((room) => this.rooms.join('plan', room), {
      maxListed,
      now: () => clock.monotonicMs(),
      timeOfDay: () => stage.timeOfDay,
    });
  }

  async die(): Promise<void> {
    this.bus.become(away);
    await this.bus.close();
    this.rooms.close();
  }
}

const acts = [
  ...['connect', 'connect', 'lose', 'miss', 'move', 'edit', 'speak', 'listen', 'flush', 'flush', 'deliver', 'deliver'],
  ...['drop', 'blink', 'kill', 'bury', 'forget too early', 'wait'],
] as const;
type Act = (typeof acts)[number];
const step = fc.record({
  act: fc.constantFrom(...acts),
  who: fc.nat({ max: PEOPLE - 1 }),
  where: fc.nat({ max: NODES - 1 }),
});

async function doStep(stage: Stage, { act, who, where }: { act: Act; who: number; where: number }): Promise<void> {
  const [person, node] = [stage.people[who], stage.nodes[where]];
  if (person === undefined || node === undefined) return;
  switch (act) {
    case 'connect':
      stage.connect(person, node);
      return;
    case 'lose':
      stage.disconnect(person);
      return;
    case 'miss':
      stage.miss();
      return;
    case 'move':
    case 'edit':
    case 'speak':
    case 'listen':
      person[act]();
      return;
    case 'flush':
      node.desk.flush();
      return;
    case 'deliver':
      if (stage.post.letters.length > 0) stage.post.deliver((who * NODES + where) % stage.post.letters.length);
      return;
    case 'drop':
      stage.post.letters.splice(0, 1);
      return;
    case 'blink':
      node.bus.become(away);
      await turn();
      node.bus.become({ state: 'connected' });
      return;
    case 'kill':
      await stage.kill(where);
      return;
    case 'bury':
      stage.bury();
      return;
    case 'forget too early': {
      const seems = stage.nodes[(where + 1) % NODES];
      if (seems === undefined) return;
      node.rooms.lose(seems.incarnation);
      node.rooms.seek(seems.incarnation);
      return;
    }
    case 'wait':
      stage.clock.advance(100 * (who + 1) ** 3);
      return;
  }
}

/** Everything arrives, every patience runs out, everybody has heard and said what there is. */
async function settle(stage: Stage): Promise<void> {
  const { clock, nodes, people, post } = stage;
  let quietForMs = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const { desk } of nodes) desk.flush();
    await turn();
    while (post.deliver());
    for (const person of people) person.listen();
    for (const person of people) person.speak();
    await turn();
    const isQuiet = post.letters.length === 0 && people.every((one) => one.isQuiet);
    const isTold = nodes.every(({ desk }) => !desk.presence.hasChanges);
    quietForMs = isQuiet && isTold ? quietForMs + 500 : 0;
    if (quietForMs > 2 * TALLY_EVERY_MS) return;
    clock.advance(500);
    await turn();
  }
  throw new Error('nobody comes to rest');
}

async function play(maxListed: number, steps: readonly { act: Act; who: number; where: number }[]): Promise<void> {
  const stage = new Stage(maxListed);
  try {
    for (let index = 0; index < NODES; index += 1) stage.nodes.push(stage.start());
    for (const [index, person] of stage.people.entries()) stage.connect(person, stage.nodes[index % NODES] as Node);
    await turn();
    for (const each of steps) {
      await doStep(stage, each);
      await turn();
    }
    while (stage.lost.length > 0) stage.miss();
    while (stage.dead.length > 0) stage.bury();
    await settle(stage);
    // Who lost their place and came back before they heard of it may not be counted until they say that they are still here.
    for (let renewals = 0; maxListed < PEOPLE && renewals < 3; renewals += 1) {
      for (const person of stage.people) person.move();
      await settle(stage);
    }
    const here = stage.people.filter((person) => stage.nodeOf(person) !== undefined);
    const listed = Math.min(maxListed, here.length);
    const told = stage.nodes.flatMap(({ desk }) => desk.told.people);
    for (const { desk } of stage.nodes) {
      const { presence, shown } = desk;
      expect(Object.keys(shown).length).toBe(listed);
      expect(presence.viewers.forNewcomer()?.count ?? 0).toBe(here.length - listed);
      for (const person of told) {
        if (person.kind === 'here' && person.clientId in shown) expect(shown[person.clientId]).toBe(person.state);
      }
    }
    for (const person of here) {
      const { [person.clientId]: own, ...others } = stage.nodeOf(person)?.desk.shown ?? {};
      expect(person.screen).toEqual(others);
      if (own !== undefined) expect(JSON.parse(own)).toEqual(person.awareness.getLocalState());
    }
    const ids = here.map(({ clientId }) => clientId);
    expect(told.map(({ clientId }) => clientId).filter((clientId) => !ids.includes(clientId))).toEqual([]);
  } finally {
    stage.close();
  }
}

it.each([1, 2, PEOPLE])(
  '[G2] [G7] [R10] whoever comes, goes and moves between nodes that die, and whatever is lost between them, all show who is there: %i of four',
  async (maxListed) => {
    const steps = fc.array(step, { maxLength: 80, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, (each) => play(maxListed, each)),
      { numRuns: 150 },
    );
  },
  60_000,
);
