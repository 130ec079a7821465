import { type DocumentStore, FIRST_EPOCH } from '@quire/persistence';
import { COMMENTS_PREFIX, type DocumentName, parseDocumentAddress } from '@quire/protocol';
import type { Logger } from '../observability/log.ts';
import { companionEpoch, judgeCompanion } from './companion-life.ts';

export interface CompanionSweep {
  /** Resolves once it has ended, of itself or before its time. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Goes once over all comments that are stored. Those whose document was deleted go now, where a crash kept them from going
 * with it: nobody has to open the name again for what was deleted to be gone. What was stored under such a name before it
 * meant comments is left alone, and told of.
 */
export function sweepCompanions(
  store: Pick<DocumentStore, 'list' | 'stat' | 'delete' | 'status'>,
  log: Logger,
): CompanionSweep {
  let isStopped = false;

  async function look(name: DocumentName): Promise<void> {
    const stat = await store.stat(name);
    const commented = await store.stat(parseDocumentAddress(name).document);
    if (stat === null || stat.state === 'damaged' || commented?.state === 'damaged') return;
    const epoch = commented?.epoch ?? FIRST_EPOCH;
    switch (judgeCompanion(stat, epoch)) {
      case 'current':
      case 'ahead':
        return;
      case 'over':
        await store.delete(name, companionEpoch(epoch));
        return;
      case 'stranger':
        log.warn({ document: name }, describeStranger(name));
        return;
    }
  }

  async function sweep(): Promise<void> {
    let after: string | null = null;
    do {
      const page = await store.list({ prefix: COMMENTS_PREFIX, ...(after === null ? {} : { after }) });
      for (const { document } of page.documents) {
        if (isStopped) return;
        await look(document as DocumentName);
      }
      after = page.next;
    } while (after !== null && !isStopped);
  }

  const done = sweep().catch((error: unknown) => {
    if (isStopped || store.status.state === 'closed') return;
    log.warn({ err: error }, 'comments of deleted documents could not all be looked for; the next start does so again');
  });
  return {
    done,
    stop() {
      isStopped = true;
      return done;
    },
  };
}

export function describeStranger(name: string): string {
  return (
    `a document called ${name} was stored before names that begin with ${COMMENTS_PREFIX} were kept for comments: ` +
    'it is left as it is and can not be opened; an earlier version of this server opens it, to copy it under another name'
  );
}
