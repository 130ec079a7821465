import { joinWithHocuspocus, joinWithYWebsocket, type Random } from '@quire/testing';
import { pause } from '../../soak/pause.ts';

export interface Guests {
  /** Resolves once all of them are gone. */
  finish(): Promise<void>;
  leave(): void;
}

const AT_ONCE = 2;
const MIN_STAY_MS = 200;
const MAX_STAY_MS = 4_000;
const MAX_GAP_MS = 1_000;

/** People who come, say who they are, write nothing, and leave, as connected as they happen to be: who may stay as ghosts. */
export function startGuests(wsUrl: string, document: string, random: Random): Guests {
  const leaving = new AbortController();
  const { signal } = leaving;
  const visit = async (number: number): Promise<void> => {
    while (!signal.aborted) {
      const guest = random.oneIn(2) ? enterByHocuspocus() : enterByYWebsocket();
      await pause(MIN_STAY_MS + random.below(MAX_STAY_MS - MIN_STAY_MS), signal);
      guest.leave();
      await pause(random.below(MAX_GAP_MS), signal);
    }

    function enterByHocuspocus(): { leave(): void } {
      const person = joinWithHocuspocus(wsUrl, document);
      person.provider.setAwarenessField('user', { name: `Guest ${number}` });
      return person;
    }

    function enterByYWebsocket(): { leave(): void } {
      const person = joinWithYWebsocket(wsUrl, document);
      person.provider.awareness.setLocalStateField('user', { name: `Guest ${number}` });
      return person;
    }
  };
  const visiting = Promise.all(Array.from({ length: AT_ONCE }, (_, number) => visit(number)));
  visiting.catch(() => {}); // told to whoever waits for the end
  return {
    async finish() {
      leaving.abort();
      await visiting;
    },
    leave: () => leaving.abort(),
  };
}
