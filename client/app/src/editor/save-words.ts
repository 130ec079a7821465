import { type RoomStatus, type StatusRow, statusTable } from '@quire/client';

type SaveWords = Pick<StatusRow, 'label' | 'explanation'>;

const commentOnly: SaveWords = {
  label: 'Comment only',
  explanation: 'You can read and comment on this document but not change it.',
};

/** What the save state says: the SDK's words, which know nothing of comments. */
export function describeSaveState({ state, label }: RoomStatus, mayComment: boolean): SaveWords {
  if (state === 'view-only' && mayComment) return commentOnly;
  return { label, explanation: statusTable[state].explanation };
}
