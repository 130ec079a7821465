import type { Awareness } from 'y-protocols/awareness';

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
export function createPresenceField<T>(awareness: Awareness, field: string): PresenceField<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { readonly value: T } | null = null;

  const say = (value: T | null) => {
    // Who has left the room already is not brought back by what they last did.
    if (awareness.getLocalState() !== null) awareness.setLocalStateField(field, value);
  };
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
    if ((awareness.getLocalState()?.[field] ?? null) !== null) say(null);
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
 * What others say under that name, by their client's id. It comes from other people's programs: `parse` says what it is, or null.
 */
export function readOthers<T>(
  awareness: Awareness,
  field: string,
  parse: (value: unknown) => T | null,
): ReadonlyMap<number, T> {
  const found = new Map<number, T>();
  for (const [clientId, state] of awareness.getStates()) {
    if (clientId === awareness.clientID) continue;
    const value = state[field] === undefined || state[field] === null ? null : parse(state[field]);
    if (value !== null) found.set(clientId, value);
  }
  return found;
}

/** Calls `listener` whenever anybody's presence has changed; returns how to stop. */
export function watchPresence(awareness: Awareness, listener: () => void): () => void {
  awareness.on('change', listener);
  return () => awareness.off('change', listener);
}
