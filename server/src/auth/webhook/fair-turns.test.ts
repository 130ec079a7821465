import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manual-clock.ts';
import { FairTurns, TurnedAway, type TurnLimits } from './fair-turns.ts';

const clock = new ManualClock();

/** Turns, and tasks that are begun in the order in which `begun` names them and end when told to. */
function createStage(limits: Partial<TurnLimits> = {}) {
  const turns = new FairTurns({ maxRunning: 1, maxWaiting: 100, maxWaitMs: 3_000, ...limits }, clock);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const run = (party: string, name: string): Promise<string> =>
    turns.run(party, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const endNext = async (): Promise<void> => {
    ends.shift()?.();
    await setImmediate(); // the next has begun
  };
  return { turns, begun, run, endNext };
}

const outcomeOf = (running: Promise<string>): Promise<string> =>
  running.catch((error: unknown) => (error instanceof TurnedAway ? error.message : String(error)));

describe('[G4] turns', () => {
  it('run no more at once than they may, and the rest in their order', async () => {
    const { turns, begun, run, endNext } = createStage({ maxRunning: 2 });
    const all = ['a', 'b', 'c', 'd'].map((name) => run('here', name));
    expect([begun, turns.running, turns.waiting]).toEqual([['a', 'b'], 2, 2]);
    for (let task = 0; task < 4; task += 1) await endNext();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
    expect([turns.running, turns.waiting, clock.pending]).toEqual([0, 0, 0]);
  });

  it('go round: who brings many holds up themselves, and nobody else', async () => {
    const { begun, run, endNext } = createStage();
    const flood = Array.from({ length: 50 }, (_, at) => run('flood', `flood ${at}`));
    const ada = run('ada', 'ada');
    const ben = run('ben', 'ben');
    for (let task = 0; task < 4; task += 1) await endNext();
    expect(begun.slice(0, 5)).toEqual(['flood 0', 'flood 1', 'ada', 'ben', 'flood 2']);
    expect(await Promise.all([ada, ben])).toEqual(['ada', 'ben']);
    for (let task = 0; task < 50; task += 1) await endNext();
    await Promise.all(flood);
  });

  it('are taken from whoever has most of them when there is no more room to wait', async () => {
    const { turns, run, endNext } = createStage({ maxWaiting: 4 });
    const flood = Array.from({ length: 6 }, (_, at) => outcomeOf(run('flood', `flood ${at}`)));
    expect(await flood[5]).toBe('too many wait');
    const ada = outcomeOf(run('ada', 'ada'));
    expect(await flood[4]).toBe('too many wait, most of them from the same place');
    expect(turns.waiting).toBe(4);
    for (let task = 0; task < 5; task += 1) await endNext();
    expect(await Promise.all([ada, ...flood.slice(0, 4)])).toEqual(['ada', 'flood 0', 'flood 1', 'flood 2', 'flood 3']);
  });

  it('are waited for only so long', async () => {
    const { turns, run, begun, endNext } = createStage();
    const first = run('here', 'first');
    const late = outcomeOf(run('here', 'late'));
    clock.advance(3_000);
    expect(await late).toBe('it had no turn within 3000 ms');
    expect(turns.waiting).toBe(0);
    await endNext();
    expect([await first, begun, turns.running]).toEqual(['first', ['first'], 0]);
  });

  it('are given on by a task that fails', async () => {
    const { turns } = createStage();
    const failed = turns.run('here', () => Promise.reject(new Error('no')));
    const next = turns.run('here', async () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
