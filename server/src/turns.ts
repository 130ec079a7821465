import { FairLines } from './fair-lines.ts';

/** A task ends its turn with itself, or sooner, where what is left of it concerns none of those that wait. */
export type TakeTurn = <T>(key: string, task: (giveBack: () => void) => Promise<T>) => Promise<T>;

/** Runs tasks of the same key one after the other, and tasks of different keys side by side. */
export function createTurns(): TakeTurn {
  const last = new Map<string, Promise<void>>();
  return (key, task) => {
    const { promise: turn, resolve: giveBack } = Promise.withResolvers<void>();
    const done = (last.get(key) ?? Promise.resolve()).then(() => task(giveBack)).finally(giveBack);
    last.set(key, turn);
    void turn.then(() => {
      if (last.get(key) === turn) last.delete(key);
    });
    return done;
  };
}

/** Runs one task at a time, of each party in turn: who brings many waits longer, and nobody else does. */
export function createFairTurns(): <T>(party: string, task: () => Promise<T>) => Promise<T> {
  const waiting = new FairLines<() => Promise<void>>();
  let isBusy = false;
  const work = async (): Promise<void> => {
    isBusy = true;
    for (let next = waiting.take(); next !== undefined; next = waiting.take()) await next();
    isBusy = false;
  };
  return (party, task) =>
    new Promise((resolve, reject) => {
      waiting.push(party, () => task().then(resolve, reject));
      if (!isBusy) void work();
    });
}
