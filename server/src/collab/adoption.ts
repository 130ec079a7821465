import { compareEpochs, type Entry } from '@quire/persistence';
import type { DocumentLoads } from './document-loads.ts';
import type { DocumentOwner } from './document-owner.ts';
import { latestLifeIn } from './former-lives.ts';
import type { OpenDocuments } from './open-documents.ts';

/**
 * So much may be on its way into documents before whoever brings it waits. A document with a thousand readers takes its time, and
 * one into which something large goes more of it: entries of the others, which come after theirs, need not wait for that.
 */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** What an entry takes besides its updates. */
const ENTRY_BYTES = 400;

/**
 * Brings what other nodes have journalled, and this node's store by now, to the documents in memory. Those that are on their
 * way there get it at the end of it; the others cost a look.
 */
export class Adoption {
  readonly #open: OpenDocuments;
  readonly #loads: DocumentLoads;
  /** On its way into documents. */
  #bytes = 0;

  constructor(open: OpenDocuments, loads: DocumentLoads) {
    this.#open = open;
    this.#loads = loads;
  }

  /** Resolves once the documents have it, or sooner as long as little is on its way. */
  async bring(entries: readonly Entry[]): Promise<void> {
    const taken: Promise<void>[] = [];
    let bytes = 0;
    for (const [name, group] of Map.groupBy(entries, ({ document }) => document)) {
      this.#loads.keep(name, group);
      const owner = this.#open.get(name);
      if (owner === undefined || !owner.isOpen) continue;
      const bringing = adoptInto(owner, group);
      if (bringing === 'over') {
        this.#open.endLife(owner);
        continue;
      }
      bytes += weigh(group);
      taken.push(bringing);
    }
    if (taken.length === 0) return;
    this.#bytes += bytes;
    const isTaken = Promise.all(taken).then(() => {
      this.#bytes -= bytes;
    });
    if (this.#bytes > MAX_WAITING_BYTES) await isTaken;
  }
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

function weigh(entries: readonly Entry[]): number {
  let bytes = entries.length * ENTRY_BYTES;
  for (const { updates } of entries) for (const { update } of updates) bytes += update.length;
  return bytes;
}
