import type { Other, RoomPresence } from '@quire/client';

/** 25 times a second: fluent once it is interpolated, and no more than a server takes. */
export const PRESENCE_EVERY_MS = 40;

export interface PresenceField<T> {
  /** Said at once, or together with whatever follows within {@link PRESENCE_EVERY_MS}: the last one counts. */
  set(value: T): void;
  /** Takes it back at once. */
  clear(): void;
  close(): void;
}

/** Says something of this person in their presence, under a name of its own, no oftener than others need to hear it. */
export function createPresenceField<T>(
  { mine, update }: Pick<RoomPresence, 'mine' | 'update'>,
  field: string,
): PresenceField<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { readonly value: T } | null = null;

  const say = (value: T | null) => update({ [field]: value });
  const next = () => {
    timer = undefined;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    say(value);
    timer = setTimeout(next, PRESENCE_EVERY_MS);
  };
  const clear = () => {
    clearTimeout(timer);
    timer = undefined;
    waiting = null;
    if ((mine.get()[field] ?? null) !== null) say(null);
  };

  return {
    set(value) {
      waiting = { value };
      if (timer === undefined) next();
    },
    clear,
    close: clear,
  };
}

/**
 * What others say under that name, each with who says it. It comes from other people's programs: `parse` says what it is, or null.
 */
export function readOthers<T>(
  others: readonly Other[],
  field: string,
  parse: (value: unknown) => T | null,
): ReadonlyMap<Other, T> {
  const found = new Map<Other, T>();
  for (const other of others) {
    const said = other.presence[field] ?? null;
    const value = said === null ? null : parse(said);
    if (value !== null) found.set(other, value);
  }
  return found;
}
