import { FairLines } from './fair-lines.ts';

/** Runs tasks of the same key one after the other, and tasks of different keys side by side. */
export function createTurns(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
    last.set(key, turn);
    const forget = (): void => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
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
