import { Lurkers } from './lurkers.ts';
import type { Act } from './stage.ts';

const LOBBIES = 8;
const PER_LOBBY = 10;
const MOVES = 40;

/** Many who have a document open and do nothing with it but move about. Plays until the curtain falls. */
export const holdCrowd: Act = async (stage, random) => {
  const lurkers = new Lurkers(stage, random);
  try {
    for (let lobby = 0; lobby < LOBBIES; lobby += 1) await lurkers.join(`soak/lobby/${lobby}`, PER_LOBBY);
    while (!stage.curtain.aborted) {
      for (let moves = 0; moves < MOVES; moves += 1) lurkers.point();
      await lurkers.replaceOne();
    }
  } finally {
    lurkers.leave();
  }
};
