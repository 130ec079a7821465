import type { Announcement } from '../cluster/announcement.ts';
import { EMPTY_ROLL } from '../cluster/roll.ts';

/** What a node says of itself in its first second, when it is complete and alone. @param said what is otherwise, or does not go without saying */
export function announcementOf(said: Pick<Announcement, 'node' | 'incarnation'> & Partial<Announcement>): Announcement {
  return {
    generation: 1,
    counter: 1,
    address: '',
    release: '0.1.0',
    records: { min: 1, max: 1 },
    state: 'ready',
    roll: EMPTY_ROLL,
    holdings: new Map(),
    digest: '',
    refused: new Map(),
    ...said,
  };
}
