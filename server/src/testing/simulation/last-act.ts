import { STEP_MS, type World } from './world.ts';

/** A closed tab leaves everybody's screen within it, and whoever comes is on them (G7). */
const PROMPT_MS = 1_000;
/** A killed node's people leave within it (G7). */
const KILLED_MS = 10_000;
/** When a connection of somebody who has moved on is missed. */
const MISSED_MS = 2_000;

/** What G7 and R10 promise while nothing else goes wrong: somebody leaves, moves, or is on a node that is killed. */
export async function playLastAct(world: World, note: (what: string) => void): Promise<void> {
  const { random, running, visitors } = world;
  const { seated } = visitors;
  if (seated.length < 2 || running.length < 2) return;
  const person = random.pick(seated);
  const from = running.find(({ life }) => life === visitors.seatOf(person));
  const to = running.find(({ life }) => life !== visitors.seatOf(person));
  if (from === undefined || to === undefined) return;
  // Whoever was on a node that was killed may be shown so long: also who is back by now, and leaves again.
  await world.pass(Math.max(0, world.lastCrashAt + KILLED_MS - world.clock.now()));
  switch (random.below(3)) {
    case 0:
      note(`person ${person.clientId} leaves`);
      visitors.leave(person);
      return becomeWell(world, PROMPT_MS);
    case 1:
      note(`person ${person.clientId} moves from ${from.machine.name} to ${to.machine.name}, and leaves that, too`);
      visitors.lose(person);
      await world.pass(PROMPT_MS);
      visitors.enter(person, to.life);
      await becomeWell(world, PROMPT_MS);
      visitors.watch();
      await stayWell(world, MISSED_MS);
      visitors.miss();
      await stayWell(world, MISSED_MS);
      visitors.leave(person);
      return becomeWell(world, PROMPT_MS);
    default:
      note(`${from.machine.name} is killed, and with it person ${person.clientId}`);
      await world.crash(from.machine);
      return becomeWell(world, KILLED_MS);
  }
}

export async function becomeWell(world: World, withinMs: number): Promise<void> {
  await world.settle();
  for (let passedMs = 0; ; passedMs += STEP_MS) {
    const difference = world.visitors.difference();
    if (difference === null) return;
    if (passedMs >= withinMs) throw new Error(`after ${withinMs} ms ${difference}`);
    await world.pass(STEP_MS);
  }
}

async function stayWell(world: World, forMs: number): Promise<void> {
  await world.settle();
  for (let passedMs = 0; ; passedMs += STEP_MS) {
    const difference = world.visitors.difference() ?? world.visitors.wronglyGone;
    if (difference !== null) throw new Error(`meanwhile ${difference}`);
    if (passedMs >= forMs) return;
    await world.pass(STEP_MS);
  }
}
