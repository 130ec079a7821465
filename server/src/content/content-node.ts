/** A piece of rich text as ProseMirror and Tiptap write it in JSON. */
export interface ContentNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly ContentNode[];
  readonly marks?: readonly ContentMark[];
  readonly text?: string;
}

export interface ContentMark {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/**
 * Conversions go through a text in one turn, and down its levels on the stack. So many pieces take a tenth of a second or two;
 * nobody's text has so many levels.
 */
export const MAX_CONTENT_NODES = 20_000;
export const MAX_CONTENT_DEPTH = 60;

/** What keeps rich text from being read or taken in. */
export type ContentFault = 'bad-content' | 'content-too-large' | 'other-content';

export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly fault: ContentFault;

  constructor(fault: ContentFault, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.fault = fault;
  }
}

/** Counts the pieces of a text, and fails before there are too many. */
export class ContentBudget {
  #nodes = 0;
  #units = 0;
  readonly #maxUnits: number;

  /** @param maxUnits of text, in UTF-16 units */
  constructor(maxUnits: number) {
    this.#maxUnits = maxUnits;
  }

  /** @throws {ContentError} */
  spend(depth: number, units = 0): void {
    this.#nodes += 1;
    this.#units += units;
    if (this.#nodes > MAX_CONTENT_NODES) {
      throw new ContentError('content-too-large', `More than ${MAX_CONTENT_NODES} pieces of text are not converted`);
    }
    if (this.#units > this.#maxUnits) {
      throw new ContentError('content-too-large', `More than ${this.#maxUnits} characters of text are not converted`);
    }
    if (depth > MAX_CONTENT_DEPTH) {
      throw new ContentError('bad-content', `Nothing is nested deeper than ${MAX_CONTENT_DEPTH} levels here`);
    }
  }
}
