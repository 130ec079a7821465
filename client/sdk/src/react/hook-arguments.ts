import { useContext } from 'react';
import type { Room } from '../api.ts';
import { RoomContext } from './contexts.ts';

/** What a hook takes of a value, so that its component is rendered only when that changes. */
export type Select<T, S> = (value: T) => S;

export type IsEqual<S> = (one: S, other: S) => boolean;

/** How most hooks end. */
export type Selection<T> = [select?: Select<T, unknown>, isEqual?: IsEqual<unknown>];

/**
 * What a hook was given, with a room before it: the one that it was given first, or that of the nearest provider. Null while
 * that is not open.
 */
export function useArguments<Rest extends unknown[]>(
  hook: string,
  given: readonly unknown[],
): readonly [room: Room | null, ...rest: Rest] {
  const nearest = useContext(RoomContext);
  // Everything else that a hook is given is a function or a string.
  if (typeof given[0] === 'object') return given as [Room | null, ...Rest];
  if (nearest === undefined) {
    throw new Error(`${hook} needs a room: give it one, or put a <RoomProvider> around the component.`);
  }
  return [nearest, ...(given as Rest)];
}
