import type { RoomStatus } from '@quire/client';

export interface SaveAnnouncement {
  /** What a screen reader says now; empty: nothing. */
  readonly text: string;
  /** Something was wrong, and nobody has been told yet that it is over. */
  readonly inTrouble: boolean;
}

export const silence: SaveAnnouncement = { text: '', inTrouble: false };

/**
 * Whoever listens hears what changes their situation, once; not the "Saved" after every pause in typing, which would talk
 * over the words they write. That nothing can be saved, or that the document is gone, is said by an alert of its own.
 */
export function nextAnnouncement(last: SaveAnnouncement, { state, label }: RoomStatus): SaveAnnouncement {
  switch (state) {
    case 'offline':
    case 'reconnecting':
      return { text: label, inTrouble: true };
    case 'cannot-save':
    case 'gone':
      return { text: '', inTrouble: true };
    case 'view-only':
      return { text: label, inTrouble: false };
    case 'connecting':
    case 'saving':
      return { text: '', inTrouble: last.inTrouble };
    case 'saved':
      if (last.inTrouble && label !== '') return { text: label, inTrouble: false };
      return last.text === label ? last : { ...last, text: '' };
    default:
      return state satisfies never;
  }
}
