import { compareEpochs, type Entry } from '@quire/persistence';
import type { DocumentLoads } from './document-loads.ts';
import type { DocumentOwner } from './document-owner.ts';
import { latestLifeIn } from './former-lives.ts';
import type { OpenDocuments } from './open-documents.ts';

/**
 * Brings what other nodes have journalled, and this node's store by now, to the documents in memory. Those that are on their
 * way there get it at the end of it; the others cost a look. Resolves once all have it, so that whoever brings more waits.
 */
export async function adoptAll(entries: readonly Entry[], open: OpenDocuments, loads: DocumentLoads): Promise<void> {
  const taken: Promise<void>[] = [];
  for (const [name, group] of Map.groupBy(entries, ({ document }) => document)) {
    loads.keep(name, group);
    const owner = open.get(name);
    if (owner === undefined || !owner.isOpen) continue;
    const bringing = adoptInto(owner, group);
    if (bringing === 'over') open.endLife(owner);
    else taken.push(bringing);
  }
  await Promise.all(taken);
}

/** @returns `over` when a later life is among them: then nothing of them is taken */
export function adoptInto(owner: DocumentOwner, entries: readonly Entry[]): Promise<void> | 'over' {
  const [current, former]: [Entry[], Entry[]] = [[], []];
  for (const entry of entries) {
    if (compareEpochs(latestLifeIn(entry), owner.epoch) > 0) return 'over';
    (compareEpochs(entry.epoch, owner.epoch) === 0 ? current : former).push(entry);
  }
  owner.bury(former);
  return owner.adopt(current);
}
