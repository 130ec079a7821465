import type { RoomStatus } from '@quire/client';

/** What the server said of somebody, and what the connection had said by then. */
export interface Answered<T> extends Pick<RoomStatus, 'admissions' | 'canEdit'> {
  readonly answer: T;
}

/** Whether the connection has said something since that may make another answer, or anything at all. */
export function mustAsk(
  answered: Answered<unknown> | null,
  { admissions, canEdit, loaded }: Pick<RoomStatus, 'admissions' | 'canEdit' | 'loaded'>,
): boolean {
  if (admissions === 0 || !loaded) return false; // it is about to say something, and would be asked once more
  return answered === null || answered.admissions !== admissions || answered.canEdit !== canEdit;
}

/** What of it still holds: who may edit no longer, or does now, has another role; otherwise the old one counts until there is a new. */
export function keepAnswer<T>(answered: Answered<T> | null, { canEdit }: Pick<RoomStatus, 'canEdit'>): T | null {
  return answered?.canEdit === canEdit ? answered.answer : null;
}
