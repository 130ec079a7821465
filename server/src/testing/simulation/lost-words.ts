import { becomeWell } from './last-act.ts';
import type { World } from './world.ts';

/** All have told a tally by then, and what was said before has been pulsed for the last time. */
const AT_REST_MS = 25_000;
/** Longer than anything is repeated that was said in a room. */
const LOST_MS = 16_000;
/** Two tallies show it; and whoever is not there any more lets three questions pass. */
const NOTICED_MS = 30_000;

/** What one does nobody else is told, nor that anything was lost; and then nobody does anything. */
export async function loseWords(world: World, note: (what: string) => void): Promise<void> {
  const { hub, random, visitors } = world;
  const { seated } = visitors;
  if (seated.length === 0) return;
  const person = random.pick(seated);
  await world.pass(AT_REST_MS);
  hub.disturb(({ by }) => ('channel' in by ? 'lose' : 'arrive'));
  const isLeaving = random.oneIn(2);
  note(`person ${person.clientId} ${isLeaving ? 'leaves' : 'says something'}, and all messages are lost for a while`);
  if (isLeaving) visitors.leave(person);
  else person.move();
  await world.settle();
  if (isLeaving) visitors.closeEmpty();
  await world.pass(LOST_MS);
  hub.disturb(null);
  await becomeWell(world, NOTICED_MS);
}
