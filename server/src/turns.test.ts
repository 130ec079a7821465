import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

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
