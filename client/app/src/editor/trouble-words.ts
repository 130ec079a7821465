import type { RoomStatus } from '@quire/client';
import { adviseOnAccess } from './access-advice.ts';

export interface TroubleWords {
  readonly title: string;
  readonly advice: string;
}

/** What a person can do when the server does not keep their words, or no longer has the document; null when all is well. */
export function describeTrouble({
  state,
  reason,
  refusal,
  retrying,
  canEdit,
  unsaved,
}: RoomStatus): TroubleWords | null {
  if (state !== 'cannot-save' && state !== 'gone') return null;
  if (state === 'gone') {
    const lost = unsaved > 0 ? ' Your latest changes had not reached the server.' : '';
    return {
      title: 'This document was deleted.',
      advice:
        `What you see is the copy on this page: save it as a new document, or download it.${lost} ` +
        'If there is a document of that name again by now, you can open it.',
    };
  }
  const because = reason === undefined ? '' : `: ${reason}`;
  if (retrying && canEdit) {
    const title = unsaved > 0 ? 'Your latest changes can’t be saved' : 'Changes can’t be saved';
    return {
      title: `${title}${because}.`,
      advice: 'You can go on writing: your changes are sent once the server takes them. To be sure, download a copy.',
    };
  }
  if (canEdit && unsaved > 0) {
    return {
      title: `Your latest changes were not saved${because}.`,
      advice: 'Undo them, or delete something: what is left is sent again by itself. To be sure, download a copy.',
    };
  }
  const access = adviseOnAccess(refusal);
  const entry = access === null ? '' : ` ${access}`;
  return unsaved > 0
    ? {
        title: `Your latest changes were not saved${because}.`,
        advice: `This page does not send them any more. To keep them, download a copy.${entry}`,
      }
    : {
        title: `This document can’t be changed${because}.`,
        advice: `What you see is the copy on this page. To keep it, download it.${entry}`,
      };
}
