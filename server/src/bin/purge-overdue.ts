import type { DocumentName } from '@quire/protocol';
import type { Clock } from '../clock.ts';
import { Unconfirmed } from '../collab/confirmation.ts';
import type { Logger } from '../observability/log.ts';
import type { DocumentBin } from './document-bin.ts';

/** What is in the bin for days is in no hurry. */
const LOOK_MS = 600_000;

export interface PurgeOptions {
  readonly bin: Pick<DocumentBin, 'overdue' | 'forgetLost'>;
  /** Whether what another node has done to the bin would be known here: a document that was restored there must not be ended. */
  readonly knowsAll: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Ends the life of a document that is in the bin. Of several nodes that do so at once, all end in the same life (R14).
   *
   * @returns false when it is not in the bin any more
   */
  purge(document: DocumentName): Promise<boolean>;
}

/** Deletes for good what has been in the bin for its days. @returns how to stop */
export function purgeOverdue({ bin, clock, knowsAll, log, purge }: PurgeOptions): () => void {
  async function look(): Promise<void> {
    for (const document of bin.overdue()) {
      if (!knowsAll()) return;
      try {
        // Restored, or deleted and begun anew, since it was marked: what has the name now is another matter.
        if (!(await purge(document))) await bin.forgetLost(document);
      } catch (error) {
        // It is gone here, and goes on to the other nodes by itself.
        if (error instanceof Unconfirmed) continue;
        log.warn({ err: error, document }, 'a document stays in the bin until the next time');
      }
    }
  }
  return clock.every(LOOK_MS, () => void look());
}
