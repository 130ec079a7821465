import type { Epoch } from '@quire/persistence';
import { type CloseCode, closeCodes } from '@quire/protocol';
import type { Bearer } from './authenticator.ts';
import type { RevocationKeeper } from './revocations.ts';
import type { LinkKeeper } from './share-links.ts';

/** Whether those who were let in would be let in still. */
export interface Standing {
  /**
   * Why not; null while they would. Costs a look or two into tables in memory.
   *
   * @param life of the document that they are in, where that is known
   */
  findEnd(bearer: Bearer, life?: Epoch): CloseCode | null;
  /** Calls back when somebody's may have ended. */
  onEnded(listener: () => void): () => void;
}

/** Nobody takes anything back. */
export const lasting: Standing = { findEnd: () => null, onEnded: () => () => {} };

export function createStanding(
  links: Pick<LinkKeeper, 'findEnd' | 'onEnded'>,
  revocations: Pick<RevocationKeeper, 'isVoid' | 'onRevoked'>,
): Standing {
  return {
    findEnd: (bearer, life) => (revocations.isVoid(bearer) ? closeCodes.accessRevoked : links.findEnd(bearer, life)),
    onEnded(listener) {
      const stops = [links.onEnded(listener), revocations.onRevoked(() => listener())];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
