import { type DocumentStore, type Entry, type Holdings, PersistenceError } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { ReplicatedDocuments } from './cluster.ts';
import type { ReplicationMeters } from './meters.ts';
import { NO_SPANS, type Spans, spansInclude, spansOf, uniteInto } from './spans.ts';

const QUEUE_FULL_PAUSE_MS = 20;
/** Damaged documents that are spoken of, once each. */
const MOST_TOLD = 1_000;

export interface AdopterOptions {
  readonly store: Pick<DocumentStore, 'incarnation' | 'adopt' | 'holdings' | 'status' | 'onStatus'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: ReplicationMeters;
}

/** Entries of other nodes, however they came: into the journal first, then into the documents that are open. */
export class Adopter {
  readonly #options: AdopterOptions;
  readonly #refused = new Map<string, Spans>();
  readonly #damaged = new Set<string>();
  #documents: ReplicatedDocuments = { adopted: async () => {} };
  #isClosed = false;
  readonly #endWaits = new Set<() => void>();

  constructor(options: AdopterOptions) {
    this.#options = options;
  }

  attach(documents: ReplicatedDocuments): void {
    this.#documents = documents;
  }

  /** What this node can't store, though it exists: it isn't asked for again, and its lack makes nothing incomplete. */
  get refused(): ReadonlyMap<string, Spans> {
    return this.#refused;
  }

  /**
   * Waits for a disk that refuses writes: whoever brings entries, the bus too, stays where it is in what it reads.
   *
   * @returns how many were new; what a document can't take for now stays missing, and is fetched again later
   */
  async adopt(entries: readonly Entry[]): Promise<number> {
    const { store } = this.#options;
    const held = store.holdings();
    const fresh = entries.filter((entry) => this.#isNew(entry, held));
    if (fresh.length === 0) return 0;
    const isFresh = new Set(fresh);
    // A burial counts for other entries of its answer, whether or not its own is held.
    const telling = entries.filter(
      (entry) => isFresh.has(entry) || (entry.buried !== undefined && entry.id.incarnation !== store.incarnation),
    );
    const adopted = (await this.#store(telling)).filter((entry) => isFresh.has(entry));
    if (adopted.length > 0 && !this.#isClosed) await this.#documents.adopted(adopted);
    return adopted.length;
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#endWaits) end();
  }

  #isNew({ id: { incarnation, sequence } }: Entry, held: Holdings): boolean {
    return (
      incarnation !== this.#options.store.incarnation &&
      !spansInclude(held.get(incarnation) ?? NO_SPANS, sequence) &&
      !spansInclude(this.#refused.get(incarnation) ?? NO_SPANS, sequence)
    );
  }

  async #store(entries: readonly Entry[]): Promise<readonly Entry[]> {
    while (!this.#isClosed) {
      try {
        await this.#options.store.adopt(entries);
        return entries;
      } catch (error) {
        const cause = causeOf(error);
        switch (cause) {
          case 'crowded':
            await this.#wait((end) => this.#options.clock.after(QUEUE_FULL_PAUSE_MS, end));
            break;
          case 'disk':
            await this.#diskTakesWrites();
            break;
          case 'bad-entry':
            return this.#storeOneByOne(entries, error);
          case 'damaged-document':
          case 'for-now':
          case 'unexpected':
            return this.#storeByDocument(entries, cause, error);
        }
      }
    }
    return [];
  }

  /**
   * What fails for one document rejects the call for all of them, though the others become durable: they count as held from
   * then on and would never come again, so it is here that their open copies get them (G2).
   */
  async #storeByDocument(entries: readonly Entry[], cause: Lasting, error: unknown): Promise<readonly Entry[]> {
    const groups = [...Map.groupBy(entries, ({ document }) => document).values()];
    if (groups.length > 1) return (await Promise.all(groups.map((group) => this.#store(group)))).flat();
    switch (cause) {
      case 'damaged-document':
        this.#refuseDocument(entries, error);
        break;
      case 'unexpected':
        this.#options.log.error({ err: error, document: entries[0]?.document }, 'Entries could not be stored');
        break;
      case 'for-now':
        break;
    }
    return [];
  }

  async #storeOneByOne(entries: readonly Entry[], error: unknown): Promise<readonly Entry[]> {
    const [only, ...others] = entries;
    if (only !== undefined && others.length === 0) {
      this.#refuse(only, error);
      return [];
    }
    const adopted: Entry[] = [];
    for (const entry of entries) adopted.push(...(await this.#store([entry])));
    return adopted;
  }

  /** One damaged document must not keep a node from ever being ready (R12). What comes later is tried: it may be mended. */
  #refuseDocument(entries: readonly Entry[], error: unknown): void {
    this.#passOver(entries);
    const document = entries[0]?.document ?? '';
    if (this.#damaged.has(document) || this.#damaged.size >= MOST_TOLD) return;
    this.#damaged.add(document);
    this.#options.log.error(
      { err: error, document, entries: entries.length },
      'A document is damaged here, and what other nodes have of it is passed over: delete or restore it',
    );
  }

  #passOver(entries: readonly Entry[]): void {
    for (const [incarnation, group] of Map.groupBy(entries, ({ id }) => id.incarnation)) {
      uniteInto(this.#refused, new Map([[incarnation, spansOf(group.map(({ id }) => id.sequence))]]));
    }
    for (const _ of entries) this.#options.meters.recordRefused('bad-entry');
  }

  #refuse(entry: Entry, error: unknown): void {
    this.#passOver([entry]);
    const { id, document } = entry;
    const { incarnation, sequence } = id;
    this.#options.log.error(
      { err: error, incarnation, sequence, document },
      'An entry of another node can not be stored here, and is passed over: is this node older than the others?',
    );
  }

  /** What it had accepted of these before it refused the rest is stored by then, and offered again does no harm. */
  #diskTakesWrites(): Promise<void> {
    const { store } = this.#options;
    return this.#wait((end) => {
      const endListening = store.onStatus(({ state }) => {
        if (state !== 'refusing') end();
      });
      // It may have changed its mind between its answer and now.
      if (store.status.state !== 'refusing') end();
      return endListening;
    });
  }

  /** @param begin what ends the wait; returns how it is called off */
  #wait(begin: (end: () => void) => () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endWaits.add(resolve);
    const callOff = begin(resolve);
    return promise.finally(() => {
      callOff();
      this.#endWaits.delete(resolve);
    });
  }
}

/** What trying again at once does not help against. */
type Lasting = 'damaged-document' | 'for-now' | 'unexpected';

function causeOf(error: unknown): 'crowded' | 'disk' | 'bad-entry' | Lasting {
  if (!(error instanceof PersistenceError)) return 'unexpected';
  switch (error.code) {
    case 'QUEUE_FULL':
      return 'crowded';
    case 'BAD_ENTRY':
    case 'BAD_NAME':
      return 'bad-entry';
    case 'CORRUPT_RECORD':
      return 'damaged-document';
    case 'REFUSED':
      return 'disk';
    default:
      return 'for-now';
  }
}
