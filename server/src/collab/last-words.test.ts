import { expect, it } from 'vitest';
import { LastWords } from './last-words.ts';

it('[G4] [G6] one user keeps no more clients for themselves than anybody has tabs, and takes none from another by that', () => {
  const words = new LastWords();
  words.departed(1, 'ada');
  for (let client = 1_000; client < 4_000; client += 1) words.departed(client, 'eve');
  expect(words.formerUserOf(1)).toBe('ada');
  const kept = Array.from({ length: 3_000 }, (_, index) => words.formerUserOf(1_000 + index)).filter(
    (user) => user !== null,
  );
  expect(kept).toHaveLength(100);
  expect(words.formerUserOf(3_999)).toBe('eve');
});
