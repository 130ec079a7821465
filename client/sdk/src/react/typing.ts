import type { Other, Person, Room } from '../api.ts';
import { type Clock, systemClock } from '../clock.ts';

/** Whoever has not gone on typing for this long has stopped, or was called away. */
export const TYPING_LASTS_MS = 5_000;

export interface TypingSign {
  set(isTyping: boolean): void;
  /** Takes back what it has said. */
  end(): void;
}

/**
 * Those of one page that say it now: to the others it is one person, who types until the last of them rests. By what all
 * openings of a room share.
 */
const signsByRoom = new WeakMap<object, Set<TypingSign>>();

/** Says to everybody that this person types, once, and takes it back when it is not said again for a while. */
export function createTypingSign(room: Room | null, clock: Clock = systemClock): TypingSign {
  const signs = signsIn(room);
  let cancel = () => {};
  const show = (isTyping: boolean) => {
    const before = signs.size;
    if (isTyping) signs.add(sign);
    else signs.delete(sign);
    if (before > 0 !== signs.size > 0) room?.presence.update({ typing: isTyping });
  };
  const set = (isTyping: boolean) => {
    cancel();
    show(isTyping);
    if (isTyping) cancel = clock.schedule(() => show(false), TYPING_LASTS_MS);
  };
  const sign: TypingSign = { set, end: () => set(false) };
  return sign;
}

function signsIn(room: Room | null): Set<TypingSign> {
  const signs = (room && signsByRoom.get(room.presence)) ?? new Set<TypingSign>();
  if (room !== null) signsByRoom.set(room.presence, signs);
  return signs;
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
