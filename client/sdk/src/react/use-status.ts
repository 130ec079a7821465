import type { Room, RoomStatus } from '../api.ts';
import { statusTable } from '../status-table.ts';
import { type IsEqual, type Select, type Selection, useArguments } from './hook-arguments.ts';
import { itself, useSelected } from './use-readable.ts';

/** Of a room that is not open yet. */
const before: RoomStatus = {
  state: 'connecting',
  label: statusTable.connecting.label,
  loaded: false,
  unsaved: 0,
  retrying: true,
  canEdit: false,
  admissions: 0,
};
const readBefore = () => before;

/**
 * Whether there is content to show, whether it is saved, and what to say about it.
 *
 * @example
 * const { label, canEdit } = useStatus();
 * const isLoaded = useStatus((status) => status.loaded);
 */
export function useStatus(room?: Room | null): RoomStatus;
export function useStatus<S>(select: Select<RoomStatus, S>, isEqual?: IsEqual<S>): S;
export function useStatus<S>(room: Room | null, select: Select<RoomStatus, S>, isEqual?: IsEqual<S>): S;
export function useStatus(...given: readonly unknown[]): unknown {
  const [room, select = itself, isEqual] = useArguments<Selection<RoomStatus>>('useStatus', given);
  return useSelected(room?.status ?? null, readBefore, select, isEqual);
}
