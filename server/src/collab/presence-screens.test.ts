import { decodePresence } from '@quire/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AwarePerson } from '../testing/aware-person.ts';
import { createPresence } from '../testing/create-presence.ts';
import { KEPT_MS } from './places.ts';

const PEOPLE = 5;
/** Nobody is back sooner, and nobody changes as often meanwhile. */
const COMING_BACK_MS = 1_000;
/** A message is told, repeated, told to be old: after so many rounds somebody says the same for ever. */
const MOST_ROUNDS = 100;

const read = (message: Uint8Array) => decodePresence(message, { maxEntries: 1_000, maxStateBytes: 1_000 });

const acts = ['connect', 'lose', 'miss', 'move', 'edit', 'speak', 'listen', 'flush', 'wait'] as const;
const step = fc.record({ act: fc.constantFrom(...acts), who: fc.nat({ max: PEOPLE - 1 }) });

function play(maxListed: number, steps: readonly { act: (typeof acts)[number]; who: number }[]): void {
  let [now, timeOfDay] = [0, 0];
  const presence = createPresence({ maxListed, now: () => now, timeOfDay: () => timeOfDay });
  const people = Array.from({ length: PEOPLE }, (_, index) => new AwarePerson(index + 1));
  const lost: object[] = [];
  const lose = (person: AwarePerson): void => {
    const socket = person.disconnect();
    if (socket !== null) lost.push(socket);
  };
  const flush = (): void => {
    const { message = null, saidBy = null } = presence.takeChanges() ?? {};
    if (message === null) return;
    for (const { inbox, socket } of people) if (socket !== null && socket !== saidBy) inbox.push(message);
  };
  const doStep = (act: (typeof acts)[number], person: AwarePerson): void => {
    switch (act) {
      case 'connect':
        lose(person);
        timeOfDay += COMING_BACK_MS;
        person.connect(presence);
        return;
      case 'lose':
        lose(person);
        return;
      case 'miss': {
        const socket = lost.shift();
        if (socket !== undefined) presence.forget(socket);
        return;
      }
      case 'move':
      case 'edit':
      case 'speak':
      case 'listen':
        person[act]();
        return;
      case 'flush':
        flush();
        return;
      case 'wait':
        now += KEPT_MS;
        return;
      default:
        act satisfies never;
    }
  };
  try {
    for (const person of people) person.connect(presence);
    for (const { act, who } of steps) doStep(act, people[who] as AwarePerson);
    for (const socket of lost) presence.forget(socket);
    let rounds = 0;
    for (; rounds < MOST_ROUNDS && (presence.hasChanges || people.some((one) => !one.isQuiet)); rounds += 1) {
      flush();
      for (const person of people) person.listen();
      for (const person of people) person.speak();
    }
    expect(rounds, 'nobody comes to rest').toBeLessThan(MOST_ROUNDS);
    const listed = read(presence.answerQuery());
    const here = people.filter(({ socket }) => socket !== null);
    expect(listed.length).toBe(Math.min(maxListed, here.length));
    for (const person of here) {
      const others = listed.filter(({ clientId }) => clientId !== person.clientId);
      expect(person.screen).toEqual(Object.fromEntries(others.map(({ clientId, state }) => [clientId, state])));
      // Who lost their place on the way in may have been told an older state of themself, and is told no later one.
      if (listed.some(({ clientId }) => clientId === person.clientId)) {
        expect(person.awareness.getLocalState()).toEqual(person.said);
      }
    }
  } finally {
    for (const person of people) person.close();
  }
}

it.each([0, 1, 2, PEOPLE])(
  '[G7] [R10] whoever comes, goes, moves and edits, all screens end with who is listed: %i of five',
  (maxListed) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => play(maxListed, steps)),
      { numRuns: 300 },
    );
  },
);
