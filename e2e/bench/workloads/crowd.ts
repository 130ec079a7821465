import { createLimitWorkload } from './typing-limits.ts';
import type { Workload } from './workload.ts';

/** Somebody who types without a pause, at some sixty words a minute. */
const EDITS_PER_SECOND = 5;

export const crowd = (): Workload =>
  createLimitWorkload({
    name: 'crowd',
    title: 'A crowd with cursors',
    method:
      'Everybody types into one document, 5 characters a second each, and each character moves its writer’s cursor: an edit and a presence state of 200 bytes in one breath, as editors on Yjs send them. The highest number of people with which p99 of the edits stays under 250 ms and nothing is missing; in the end everybody must see where everybody’s cursor stayed. 8 s after 4 s of warming up, every number on a fresh server. “Quire (200 listed)” is Quire with its default of `limits.maxListedPeople`: what it does beyond 200 people is less than the others do, and the share of cursors that it shows is in its column.',
    contestants: ['quire', 'quire-yjs', 'quire-counting', 'hocuspocus', 'y-websocket'],
    limitLabel: 'people held',
    levels: {
      full: [
        10, 20, 30, 40, 50, 60, 75, 90, 100, 110, 125, 150, 175, 200, 225, 250, 275, 300, 350, 400, 450, 500, 550, 600,
        650, 700, 750, 800, 850, 900, 950, 1000, 1100, 1200, 1300, 1400, 1600,
      ],
      short: [4],
    },
    start: 150,
    input: (people) => ({ documents: 1, peoplePerDocument: people, writersPerDocument: people }),
    editsPerSecondPerWriter: EDITS_PER_SECOND,
    movesPerSecondPerWriter: 0,
    cursorWithEachEdit: true,
    warmUpMs: 4000,
    showingSome: ['quire-counting'],
  });
