import type { Person, Room } from '../api.ts';
import { type Clock, systemClock } from '../clock.ts';
import { addPresence, type Other } from './presence.ts';

/** Whoever has not gone on typing for this long has stopped, or was called away. */
export const TYPING_LASTS_MS = 5_000;

export interface TypingSign {
  set(isTyping: boolean): void;
  /** Takes back what it has said. */
  end(): void;
}

/** Says to everybody that this person types, once, and takes it back when it is not said again for a while. */
export function createTypingSign(room: Room | null, clock: Clock = systemClock): TypingSign {
  let isShown = false;
  let cancel = () => {};
  const show = (isTyping: boolean) => {
    if (isShown === isTyping) return;
    isShown = isTyping;
    addPresence(room, { typing: isTyping });
  };
  const set = (isTyping: boolean) => {
    cancel();
    show(isTyping);
    if (isTyping) cancel = clock.schedule(() => show(false), TYPING_LASTS_MS);
  };
  return { set, end: () => set(false) };
}

export function findTypists(others: readonly Other[]): readonly Person[] {
  return others.filter(({ presence }) => presence.typing === true);
}

/** As far as can be seen: carets move while somebody types, and that is no other list. */
export function areSamePeople(some: readonly Person[], others: readonly Person[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ clientId, name, color }, at) => {
      const other = others[at];
      return other?.clientId === clientId && other.name === name && other.color === color;
    })
  );
}
