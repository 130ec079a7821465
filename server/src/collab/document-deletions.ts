import { type DocumentStore, type EntryId, type Epoch, PersistenceError } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import { companionEpoch } from './companion-life.ts';
import { confirmInTime, type Storing } from './confirmation.ts';
import { NOT_KNOWN_HERE, NotHereYet } from './not-here-yet.ts';
import type { OpenDocuments } from './open-documents.ts';
import { Refusal } from './refusal.ts';
import type { Replication } from './replication.ts';

export interface DocumentDeletionsOptions {
  readonly store: DocumentStore;
  readonly open: OpenDocuments;
  readonly replication: Pick<Replication, 'acknowledged' | 'knowsAllNames'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
  /** Called before anything else: whoever loads this name shows what is over. */
  onBegin(name: DocumentName): void;
}

/** Ends lives of documents, each with the comments on it. */
export class DocumentDeletions {
  readonly #options: DocumentDeletionsOptions;
  readonly #underway = new Map<string, Promise<readonly EntryId[]>>();
  #count = 0;

  constructor(options: DocumentDeletionsOptions) {
    this.#options = options;
  }

  /** Counts deletions, so that a load notices one that it crossed. */
  get count(): number {
    return this.#count;
  }

  /** Resolves once no deletion of this name is under way, however it ended: whoever asked for it hears that. */
  async over(name: string): Promise<void> {
    await this.#underway.get(name)?.catch(() => {});
  }

  /**
   * Resolves once it would have its receipt (G1). The name is free before that.
   *
   * @throws {PersistenceError}, {Refusal} when other nodes may know what this one does not, {Unconfirmed} when it is done, and that
   * waits for other nodes for too long
   */
  async delete(name: DocumentName, { onStored }: Storing = {}): Promise<void> {
    const stored = await (this.#underway.get(name) ?? this.#begin(name));
    onStored?.();
    const { clock, replication } = this.#options;
    await confirmInTime(Promise.all(stored.map((id) => replication.acknowledged(id))), clock);
  }

  #begin(name: DocumentName): Promise<readonly EntryId[]> {
    const names = [companionOf(name, 'comments'), name];
    this.#count += 1;
    for (const each of names) this.#options.onBegin(each);
    const deletion = this.#run(name).finally(() => {
      for (const each of names) this.#underway.delete(each);
    });
    for (const each of names) this.#underway.set(each, deletion);
    return deletion;
  }

  /** @returns what was stored for it */
  async #run(name: DocumentName): Promise<readonly EntryId[]> {
    const { open, store } = this.#options;
    await this.#assertDeletable(name);
    const owners = open.around(name);
    for (const owner of owners) owner.evict(closeCodes.documentDeleted);
    for (const owner of owners) {
      await owner.drained();
      open.forget(owner);
    }
    const names = new Set<string>([companionOf(name, 'comments'), name]);
    const stored: EntryId[] = [];
    const endListening = store.onStored((entries) => {
      // Nobody else writes under these names meanwhile: who has them open is out, and who opens them waits.
      for (const { document, id } of entries) if (names.has(document)) stored.push(id);
    });
    try {
      const epoch = await store.delete(name);
      await this.#endComments(name, epoch);
    } finally {
      endListening();
    }
    return stored;
  }

  /** Whoever asked for the deletion has it: comments that are left show nowhere, and go when this server starts next. */
  async #endComments(name: DocumentName, epoch: Epoch): Promise<void> {
    try {
      await this.#options.store.delete(companionOf(name, 'comments'), companionEpoch(epoch));
    } catch (error) {
      this.#options.log.warn({ err: error, document: name }, 'the comments of a deleted document are left for later');
    }
  }

  /** Who is put out of a deleted document never comes back to it, so it must be there, and the disk must take its end. */
  async #assertDeletable(name: DocumentName): Promise<void> {
    const { replication, store } = this.#options;
    const stat = await store.stat(name);
    if (stat === null || stat.state === 'deleted') {
      if (!replication.knowsAllNames)
        throw new Refusal(closeCodes.loadFailed, { cause: new NotHereYet(NOT_KNOWN_HERE) });
      throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: name });
    }
    if (store.status.state === 'refusing') throw store.status.error;
  }
}
