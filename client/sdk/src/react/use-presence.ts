import { useCallback } from 'react';
import type { Presence, Room } from '../api.ts';
import { type IsEqual, type Select, type Selection, useArguments } from './hook-arguments.ts';
import type { RoomOf } from './room-of.ts';
import { itself, useSelected } from './use-readable.ts';

/** Merges fields into one's own presence. Every call is sent to everybody, so call it at most some 25 times a second. */
export type UpdatePresence<P extends object = Presence> = (patch: Readonly<Partial<P>>) => void;

const nothing: Presence = {};
const readNothing = () => nothing;

/**
 * What this page says of its person to everybody in the room, for as long as they are there. `user` and `cursor` are taken,
 * by names and by the carets of text editors; `typing` by {@link useTyping}.
 *
 * @example
 * const [{ pointer }, updatePresence] = usePresence<{ pointer: { x: number; y: number } | null }>();
 * <main onPointerMove={({ clientX: x, clientY: y }) => updatePresence({ pointer: { x, y } })} />
 * @typeParam P the fields of it; of a room that knows them, they are known
 */
export function usePresence<P extends object = Presence>(
  room: RoomOf<P>,
): readonly [mine: Readonly<Partial<P>>, update: UpdatePresence<P>];
export function usePresence<S, P extends object = Presence>(
  room: RoomOf<P>,
  select: Select<Readonly<Partial<P>>, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S, update: UpdatePresence<P>];
export function usePresence<P extends object = Presence>(
  room?: Room | null,
): readonly [mine: Readonly<Partial<P>>, update: UpdatePresence<P>];
export function usePresence<S, P extends object = Presence>(
  select: Select<Readonly<Partial<P>>, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S, update: UpdatePresence<P>];
export function usePresence<S, P extends object = Presence>(
  room: Room | null,
  select: Select<Readonly<Partial<P>>, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S, update: UpdatePresence<P>];
export function usePresence(...given: readonly unknown[]): readonly [unknown, UpdatePresence] {
  const [room, select = itself, isEqual] = useArguments<Selection<Presence>>('usePresence', given);
  const selected = useSelected(room?.presence.mine ?? null, readNothing, select, isEqual);
  const update = useCallback((patch: Presence) => room?.presence.update(patch), [room]);
  return [selected, update];
}
