import type { SelectedText } from '../document/comments/selected-text.ts';

/** What `for` may name: a `<quire-editor>`, or an element of a page's own that can do the same. */
export interface MarkedEditor extends HTMLElement {
  /** What is selected in it; null for nothing. */
  readSelection(): SelectedText | null;
  /** Marks the text that these threads are about. */
  showThreads?(highlights: { readonly threads: ReadonlySet<string>; readonly active: string | null }): void;
  /** Brings it into view; false when it is gone. */
  revealThread?(thread: string): boolean;
}

/** The element of that id, in the same tree; null where there is none that knows of selections, or not yet. */
export function findEditor(from: Element, id: string | null): MarkedEditor | null {
  // What is in no page has neither a document nor a shadow root above it.
  const root: Node & Partial<NonElementParentNode> = from.getRootNode();
  const element = id === null ? null : (root.getElementById?.(id) ?? null);
  return element !== null && 'readSelection' in element ? (element as MarkedEditor) : null;
}
