import type * as Y from 'yjs';
import type { FlushTimer } from './flush-window.ts';

/** While somebody types a title, the entries of its own letters carry it. */
const TITLE_DELAY_MS = 300;
/** A title that another node's people typed is written by that node, unless it was lost before it could. */
const OTHERS_TITLE_DELAY_MS = 3_000;

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
  #stored: string;
  /** When it was written that the journal has this title. */
  #storedAt = Number.NEGATIVE_INFINITY;
  #waiting: { readonly isOurs: boolean; cancel(): void } | null = null;

  /** @param store has an entry without content journalled, which takes the title along */
  constructor(document: Y.Doc, stored: string, timer: FlushTimer, store: () => void) {
    this.#document = document;
    this.#stored = stored;
    this.#timer = timer;
    this.#store = store;
  }

  /** As the journal has it; the document's own may be newer. */
  get stored(): string {
    return this.#stored;
  }

  /** An entry of ours carries this title. */
  wrote(title: string, time: number): void {
    this.#stored = title;
    this.#storedAt = time;
  }

  /** An entry of another node carries it. These come in any order, and for the journal the latest counts. */
  hear(title: string, time: number): void {
    if (time >= this.#storedAt) this.wrote(title, time);
  }

  get isWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** @param isOurs whether the last edits were made by this node's people, or are read for the first time */
  watch(isOurs: boolean): void {
    if (this.#waiting?.isOurs === true) return;
    if (readTitle(this.#document) === this.#stored) {
      this.close(); // the node whose people typed it has written it
      return;
    }
    if (this.#waiting !== null && !isOurs) return;
    this.close();
    const delayMs = isOurs ? TITLE_DELAY_MS : OTHERS_TITLE_DELAY_MS;
    this.#waiting = { isOurs, cancel: this.#timer.after(delayMs, () => this.#run()) };
  }

  /** Waits no longer, if it waits. */
  storeNow(): void {
    if (this.#waiting !== null) this.#run();
  }

  close(): void {
    this.#waiting?.cancel();
    this.#waiting = null;
  }

  /** Also when an entry has carried the title meanwhile: an empty one costs less than a document that looks needed. */
  #run(): void {
    this.close();
    this.#store();
  }
}
