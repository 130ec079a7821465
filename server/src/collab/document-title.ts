import type * as Y from 'yjs';
import type { FlushTimer } from './flush-window.ts';

/** While somebody types a title, the entries of its own letters carry it. */
const TITLE_DELAY_MS = 300;

/**
 * The content model of the app: the map `meta` holds the title. Documents of other editors have none, or something else
 * of that name, so the map is looked into without being made one.
 */
export function readTitle(document: Y.Doc): string {
  const item = document.share.get('meta')?._map.get('title');
  if (item === undefined || item.deleted) return '';
  const title: unknown = item.content.getContent().at(-1);
  return typeof title === 'string' ? title : '';
}

/**
 * Brings a document's title into the index of documents. It is known once its edit is applied, which is after that edit
 * was journalled: the next entry carries it, and if none comes, one of its own.
 */
export class TitleKeeper {
  readonly #document: Y.Doc;
  readonly #timer: FlushTimer;
  readonly #store: () => void;
  /** As the journal has it; the document's own may be newer. */
  stored: string;
  #cancel: (() => void) | null = null;

  /** @param store has an entry without content journalled, which takes the title along */
  constructor(document: Y.Doc, stored: string, timer: FlushTimer, store: () => void) {
    this.#document = document;
    this.stored = stored;
    this.#timer = timer;
    this.#store = store;
  }

  get isWaiting(): boolean {
    return this.#cancel !== null;
  }

  watch(): void {
    if (this.#cancel !== null || readTitle(this.#document) === this.stored) return;
    this.#cancel = this.#timer.after(TITLE_DELAY_MS, () => this.#run());
  }

  /** Waits no longer, if it waits. */
  storeNow(): void {
    if (this.#cancel !== null) this.#run();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Also when an entry has carried the title meanwhile: an empty one costs less than a document that looks needed. */
  #run(): void {
    this.close();
    this.#store();
  }
}
