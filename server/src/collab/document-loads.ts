import type { Document } from '@hocuspocus/server';
import {
  compareEpochs,
  type DocumentStore,
  type Entry,
  type Epoch,
  FIRST_EPOCH,
  type LoadedDocument,
} from '@quire/persistence';
import { closeCodes, type DocumentName, isDocumentName, parseDocumentAddress } from '@quire/protocol';
import type { Logger } from '../observability/log.ts';
import { adoptInto } from './adoption.ts';
import type { Slicing } from './apply-in-slices.ts';
import { companionEpoch, judgeCompanion } from './companion-life.ts';
import { describeStranger } from './companion-sweep.ts';
import type { DocumentDeletions } from './document-deletions.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { EarlyAnswers } from './early-answers.ts';
import { latestLifeIn } from './former-lives.ts';
import { loadInSlices } from './load-in-slices.ts';
import { LoadUnderway } from './load-underway.ts';
import { NOT_KNOWN_HERE, NotHereYet } from './not-here-yet.ts';
import type { OpenDocuments } from './open-documents.ts';
import { passOnChanges, type QuireHocuspocus, takeOver } from './quire-hocuspocus.ts';
import { Refusal } from './refusal.ts';
import type { Replication } from './replication.ts';

/** A document that stays in memory until it is released. */
export interface HeldOwner {
  readonly owner: DocumentOwner;
  release(): void;
}

/** What a load has found, for the owner of the document. */
export interface Loaded {
  readonly stored: LoadedDocument | null;
  readonly epoch: Epoch;
  /** In the index of documents. */
  readonly title: string;
  /** The document that these are the comments on; released by the owner. */
  readonly commented: HeldOwner | null;
}

export interface DocumentLoadsOptions {
  readonly store: DocumentStore;
  readonly open: OpenDocuments;
  readonly deletions: Pick<DocumentDeletions, 'count' | 'over'>;
  readonly earlyAnswers: EarlyAnswers;
  readonly replication: Pick<Replication, 'knowsAllNames'>;
  readonly hocuspocus: QuireHocuspocus;
  readonly slicing: Slicing;
  readonly log: Logger;
  /** Keeps the document in memory on which somebody comments. @throws {Refusal} */
  hold(name: DocumentName): Promise<HeldOwner>;
  createOwner(name: DocumentName, document: Document, loaded: Loaded): DocumentOwner;
}

/** A document into which other nodes write faster than it can be read is not to be had now. */
const MOST_READS = 3;

/** Brings documents from the disk into memory. */
export class DocumentLoads {
  readonly #options: DocumentLoadsOptions;
  readonly #underway = new Map<string, LoadUnderway>();

  constructor(options: DocumentLoadsOptions) {
    this.#options = options;
  }

  /** This name is being deleted: what was read of it may be over. */
  cross(name: string): void {
    const load = this.#underway.get(name);
    if (load !== undefined) load.isCrossed = true;
    this.#options.earlyAnswers.withdraw(name);
  }

  /** Entries of other nodes that are in the store by now. */
  keep(name: string, entries: readonly Entry[]): void {
    const load = this.#underway.get(name);
    if (load === undefined) return;
    load.keep(entries);
    if (load.isCrossed) this.#options.earlyAnswers.withdraw(name);
  }

  /**
   * R7: a load that fails leaves nothing behind, and is reported in a way that every provider retries.
   *
   * @throws {Refusal}
   */
  async load(document: Document, name: DocumentName): Promise<DocumentOwner> {
    const { createOwner, log, open, store } = this.#options;
    let commented: HeldOwner | null = null;
    const load = new LoadUnderway();
    this.#underway.set(name, load);
    try {
      commented = await this.#holdCommented(name);
      const { stored, epoch } = await this.#bringIn(document, name, load, commented?.owner ?? null);
      const title = await readIndexedTitle(store, name);
      // What is in memory is of a life that has ended: the next attempt meets the new one (R14).
      const late = load.take();
      const isOver = late.some((entry) => compareEpochs(latestLifeIn(entry), epoch) > 0);
      if (load.isCrossed || isOver || commented?.owner.isOpen === false) throw new Refusal(closeCodes.loadFailed);
      const owner = createOwner(name, document, { stored, epoch, title, commented });
      commented = null; // released with the owner
      open.add(owner);
      owner.start();
      if (late.length > 0) void adoptInto(owner, late);
      return owner;
    } catch (error) {
      document.destroy();
      if (error instanceof Refusal) throw error;
      log.error({ err: error, document: name }, 'a document could not be loaded');
      throw new Refusal(closeCodes.loadFailed, { cause: error });
    } finally {
      commented?.release();
      this.#underway.delete(name);
    }
  }

  /** All that is stored of it, and what had come until it was read. */
  async #bringIn(
    document: Document,
    name: DocumentName,
    load: LoadUnderway,
    commented: DocumentOwner | null,
  ): Promise<{ readonly stored: LoadedDocument | null; readonly epoch: Epoch }> {
    const { earlyAnswers, hocuspocus, log, slicing } = this.#options;
    let stored = await this.#read(name, commented);
    const epoch = epochOf(stored, commented);
    load.isCrossed = false; // a deletion that was crossed until here is known to what was read
    load.begin(epoch);
    this.#assertWhole(name, stored, commented);
    takeOver(document);
    if (stored !== null) earlyAnswers.announce(name, stored, commented?.epoch);
    for (let reads = 1; ; reads += 1) {
      if (stored !== null) await loadInSlices(document, stored, log, slicing);
      if (!load.isOverrun) break;
      if (reads === MOST_READS) throw new Error('other nodes write into it faster than it can be read');
      load.take();
      stored = await this.#read(name, commented);
      if (compareEpochs(epochOf(stored, commented), epoch) !== 0) throw new Refusal(closeCodes.loadFailed);
    }
    passOnChanges(document, hocuspocus);
    return { stored, epoch };
  }

  /** Whether there is something to comment on, and which life of it this is, is known as long as it is in memory. */
  #holdCommented(name: DocumentName): Promise<HeldOwner> | null {
    const { kind, document } = parseDocumentAddress(name);
    return kind === 'comments' ? this.#options.hold(document) : null;
  }

  /** What is stored; of comments, what goes with the present life of their document (R14). */
  async #read(name: DocumentName, commented: DocumentOwner | null): Promise<LoadedDocument | null> {
    const { log, store } = this.#options;
    const stored = await this.#readStored(name);
    if (commented === null || stored === null) return stored;
    const life = judgeCompanion(stored, commented.epoch);
    switch (life) {
      case 'current':
        return stored;
      case 'over':
        await store.delete(name, companionEpoch(commented.epoch));
        return this.#read(name, commented);
      case 'ahead':
        throw this.#refuseForNow(
          name,
          'These comments are on a later document of that name, which has yet to come here',
        );
      case 'stranger':
        log.error({ document: name }, describeStranger(name));
        throw new Refusal(closeCodes.badDocumentName);
      default:
        return life satisfies never;
    }
  }

  /** What is stored once no deletion is under way: a load that crossed one would show a dead life. */
  async #readStored(name: DocumentName): Promise<LoadedDocument | null> {
    const { deletions, store } = this.#options;
    for (;;) {
      await deletions.over(name);
      const { count } = deletions;
      const stored = await store.load(name);
      if (count === deletions.count) return stored;
    }
  }

  /**
   * R13: a document of which nothing is here is taken for new only where nobody else can have it; nor is one that was deleted
   * known to be so still, since somebody may have begun it anew. Comments go with their document, and may lag behind as it
   * may. What the server keeps for itself is what it has: nobody is let in before it has caught up (R12).
   */
  #assertWhole(name: DocumentName, stored: LoadedDocument | null, commented: DocumentOwner | null): void {
    const mayLag = stored?.state === 'live' || commented !== null || !isDocumentName(name);
    if (mayLag || this.#options.replication.knowsAllNames) return;
    throw this.#refuseForNow(name, NOT_KNOWN_HERE);
  }

  #refuseForNow(name: DocumentName, why: string): Refusal {
    this.#options.log.warn({ document: name }, `a document was not opened, and its people are to try again: ${why}`);
    return new Refusal(closeCodes.loadFailed, { cause: new NotHereYet(why) });
  }
}

function epochOf(stored: LoadedDocument | null, commented: DocumentOwner | null): Epoch {
  return stored?.epoch ?? (commented === null ? FIRST_EPOCH : companionEpoch(commented.epoch));
}

/** The title in the index of documents: a crash may have kept it from following the document's. */
async function readIndexedTitle(store: Pick<DocumentStore, 'stat'>, name: DocumentName): Promise<string> {
  const stat = await store.stat(name);
  return stat === null || stat.state === 'damaged' ? '' : stat.title;
}
