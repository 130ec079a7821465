import type { DocumentStore } from '@quire/persistence';
import { type BinLimits, createDocumentBin, type DocumentBin } from '../bin/document-bin.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../registry/registry.ts';
import type { TakeTurn } from '../turns.ts';
import { createRevocations, type RevocationKeeper, type RevocationLimits } from './revocations.ts';
import { createShareLinks, type LinkKeeper, type LinkLimits } from './share-links.ts';
import { createStanding, type Standing } from './standing.ts';

/** What the registry says of who may enter: who may by a link, and who may not any more. */
export interface AccessRules {
  readonly links: LinkKeeper;
  readonly revocations: RevocationKeeper;
  readonly standing: Standing;
  readonly bin: DocumentBin;
  close(): void;
}

/** What is over is void by itself: taking it away only keeps the registry small. */
const PURGE_MS = 600_000;

/** @param options.registry not opened yet: its tables are declared here */
export function createAccessRules(options: {
  readonly registry: Registry;
  readonly store: Pick<DocumentStore, 'stat'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of its own: what was changed by whom, as an auditor reads it. */
  readonly audit: Logger;
  readonly limits: LinkLimits & RevocationLimits;
  readonly binLimits: BinLimits;
  /** Whether a name of which nothing is stored here is known to be free, see `Replication`. Left out: it always is. */
  readonly knowsAllNames?: () => boolean;
  /** The same that deletions of documents take. Left out: turns of its own. */
  readonly takeTurn?: TakeTurn;
}): AccessRules {
  const links = createShareLinks(options);
  const revocations = createRevocations(options);
  const bin = createDocumentBin({ ...options, limits: options.binLimits });

  async function purge(): Promise<void> {
    if (options.registry.trouble !== null) return;
    try {
      await links.purge();
      await revocations.purge();
    } catch (error) {
      options.log.warn({ err: error }, 'what is over stays in the registry until the next time');
    }
  }

  const stop = options.clock.every(PURGE_MS, () => void purge());
  return { links, revocations, bin, standing: createStanding(links, revocations, bin), close: stop };
}
