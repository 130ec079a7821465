import { expect, it } from 'vitest';
import { createFairTurns, createTurns } from './turns.ts';

it('runs tasks of one key in order, others beside them, and goes on after a failure', async () => {
  const takeTurn = createTurns();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = takeTurn('a', async () => {
    await gate.promise;
    seen.push('a1');
    throw new Error('a1 fails');
  });
  const second = takeTurn('a', async () => {
    seen.push('a2');
    return 2;
  });
  await takeTurn('b', async () => {
    seen.push('b1');
  });
  expect(seen).toEqual(['b1']);
  gate.resolve();
  await expect(first).rejects.toThrow('a1 fails');
  await expect(second).resolves.toBe(2);
  expect(seen).toEqual(['b1', 'a1', 'a2']);
});

it('lets the next task run once a turn is given back, whatever becomes of the one that had it', async () => {
  const takeTurn = createTurns();
  const gate = Promise.withResolvers<void>();
  const first = takeTurn('a', async (giveBack) => {
    giveBack();
    await gate.promise;
    throw new Error('later');
  });
  expect(await takeTurn('a', async () => 'second')).toBe('second');
  gate.resolve();
  await expect(first).rejects.toThrow('later');
});

it('[G4] runs one task at a time, of each party in turn however many it brings, and goes on after a failure', async () => {
  const takeTurn = createFairTurns();
  const seen: string[] = [];
  let running = 0;
  const run = (party: string, name: string) =>
    takeTurn(party, async () => {
      running += 1;
      await Promise.resolve();
      seen.push(`${name} of ${running}`);
      running -= 1;
      if (name === 'a1') throw new Error('a1 fails');
      return name;
    });
  const first = run('a', 'a1');
  const others = [run('a', 'a2'), run('a', 'a3'), run('a', 'a4'), run('b', 'b1'), run('c', 'c1')];
  await expect(first).rejects.toThrow('a1 fails');
  expect(await Promise.all(others)).toEqual(['a2', 'a3', 'a4', 'b1', 'c1']);
  expect(seen).toEqual(['a1 of 1', 'a2 of 1', 'b1 of 1', 'c1 of 1', 'a3 of 1', 'a4 of 1']);
  expect(await run('a', 'a5')).toBe('a5');
});
