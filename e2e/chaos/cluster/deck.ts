import type { Random } from '@quire/testing';

/** Deals everything that it has before it deals anything a second time. */
export interface Deck<T> {
  /** The next one that fits, or null when none of those that are left in this turn does. */
  draw(fits: (card: T) => boolean): T | null;
}

/** By chance alone some would not come up at all in a few minutes, and a run would prove nothing about them. */
export function createDeck<T>(cards: readonly T[], random: Random): Deck<T> {
  let left: T[] = [];
  return {
    draw(fits) {
      if (left.length === 0) left = shuffle(cards, random);
      const index = left.findIndex(fits);
      return index === -1 ? null : (left.splice(index, 1)[0] as T);
    },
  };
}

function shuffle<T>(cards: readonly T[], random: Random): T[] {
  const from = [...cards];
  const shuffled: T[] = [];
  while (from.length > 0) shuffled.push(...from.splice(random.below(from.length), 1));
  return shuffled;
}
