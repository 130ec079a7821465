import type { Epoch } from '@quire/persistence';
import { type CloseCode, closeCodes, type DocumentName } from '@quire/protocol';
import type { DocumentBin } from '../bin/document-bin.ts';
import type { Bearer } from './authenticator.ts';
import type { RevocationKeeper } from './revocations.ts';
import type { LinkKeeper } from './share-links.ts';

/** A document, or the comments on it, and the life that it is in. */
export interface Place {
  readonly name: DocumentName;
  readonly life: Epoch;
}

/** Whether those who were let in would be let in still. */
export interface Standing {
  /**
   * Why not; null while they would. Costs a look or two into tables in memory.
   *
   * @param place the document that they are in, and its life, where that is known
   */
  findEnd(bearer: Bearer, place?: Place): CloseCode | null;
  /** Calls back when somebody's may have ended. */
  onEnded(listener: () => void): () => void;
}

/** Nobody takes anything back. */
export const lasting: Standing = { findEnd: () => null, onEnded: () => () => {} };

export function createStanding(
  links: Pick<LinkKeeper, 'findEnd' | 'onEnded'>,
  revocations: Pick<RevocationKeeper, 'isVoid' | 'onRevoked'>,
  bin: Pick<DocumentBin, 'findEnd' | 'onPut'>,
): Standing {
  return {
    findEnd(bearer, place) {
      if (revocations.isVoid(bearer)) return closeCodes.accessRevoked;
      return links.findEnd(bearer, place?.life) ?? (place === undefined ? null : bin.findEnd(place.name, place.life));
    },
    onEnded(listener) {
      const stops = [links.onEnded(listener), revocations.onRevoked(() => listener()), bin.onPut(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
