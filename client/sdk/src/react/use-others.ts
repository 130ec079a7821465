import type { Other, Presence, Room } from '../api.ts';
import { type IsEqual, type Select, type Selection, useArguments } from './hook-arguments.ts';
import type { RoomOf } from './room-of.ts';
import { itself, useSelected } from './use-readable.ts';

export const nobody: readonly Other[] = [];
export const readNobody = () => nobody;

/**
 * Who else is in the room, one for each page, by arrival, with what their pages say of them.
 *
 * @example
 * const others = useOthers<{ pointer: { x: number; y: number } | null }>();
 * const count = useOthers((everybody) => everybody.length);
 * @typeParam P the fields of their presence; of a room that knows them, they are known
 */
export function useOthers<P extends object = Presence>(room: RoomOf<P>): readonly Other<P>[];
export function useOthers<S, P extends object = Presence>(
  room: RoomOf<P>,
  select: Select<readonly Other<P>[], S>,
  isEqual?: IsEqual<S>,
): S;
export function useOthers<P extends object = Presence>(room?: Room | null): readonly Other<P>[];
export function useOthers<S, P extends object = Presence>(
  select: Select<readonly Other<P>[], S>,
  isEqual?: IsEqual<S>,
): S;
export function useOthers<S, P extends object = Presence>(
  room: Room | null,
  select: Select<readonly Other<P>[], S>,
  isEqual?: IsEqual<S>,
): S;
export function useOthers(...given: readonly unknown[]): unknown {
  const [room, select = itself, isEqual] = useArguments<Selection<readonly Other[]>>('useOthers', given);
  return useSelected(room?.presence.others ?? null, readNobody, select, isEqual);
}
