import type { JSONContent } from '@tiptap/core';
import { follow, type Held } from '../base/held.ts';
import { QuireField } from '../base/quire-field.ts';
import type { Highlights } from '../document/comments/comment-highlights.ts';
import type { SelectedText } from '../document/comments/selected-text.ts';
import { showFetched } from '../parts/show-fetched.ts';
import { editorStyles } from './editor-styles.ts';
import type { MountedEditor } from './mount-editor.ts';
import { editorWords } from './words.ts';

/** The document's text, as the app shows it: what is written here is there, and the other way round. */
export class QuireEditor extends QuireField {
  static override readonly tag = 'quire-editor';
  static override readonly styles = editorStyles;
  static override readonly words = editorWords;
  static override readonly properties: readonly string[] = [...QuireField.properties, 'noToolbar'];
  #mounted: MountedEditor | null = null;

  static override get observedAttributes(): readonly string[] {
    return [...QuireField.observedAttributes, 'no-toolbar'];
  }

  /** Without the buttons; the keys still work. */
  get noToolbar(): boolean {
    return this.hasAttribute('no-toolbar');
  }

  set noToolbar(value: boolean | null | undefined) {
    this.toggleAttribute('no-toolbar', value ?? false);
  }

  override focus(options?: FocusOptions): void {
    const view = this.#mounted?.editor.view;
    if (view === undefined) super.focus(options);
    else view.focus();
  }

  /** The document’s text as HTML, not the element’s own; empty before it is there. */
  override getHTML(): string {
    return this.#mounted?.editor.getHTML() ?? '';
  }

  /** The text as ProseMirror's JSON; null before it is there. */
  getJSON(): JSONContent | null {
    return this.#mounted?.editor.getJSON() ?? null;
  }

  /** The text alone, a line for each block; empty before it is there. */
  getText(): string {
    return this.#mounted?.editor.getText({ blockSeparator: '\n' }) ?? '';
  }

  /** What is selected, as a place that stays right while others write: for what is said about it. */
  readSelection(): SelectedText | null {
    return this.#mounted?.readSelection() ?? null;
  }

  /** Marks the text that these threads of comments are about. */
  showThreads(highlights: Highlights): void {
    this.#mounted?.showThreads(highlights);
  }

  /** Brings the text that a thread is about into view; false when that text is gone. */
  revealThread(thread: string): boolean {
    return this.#mounted?.revealThread(thread) ?? false;
  }

  protected override get formValue(): string {
    return this.getHTML();
  }

  protected override show(held: Held): () => void {
    this.shown = showFetched(() => import('./mount-editor.ts'), held, {
      word: (key) => this.word(key),
      onFailed: (error) => this.fail(error),
      mount: ({ mountEditor }) => this.#mount(held, mountEditor),
    });
    return () => {
      this.#mounted?.close();
      this.#mounted = null;
    };
  }

  protected override changed(): void {
    this.#mounted?.update();
  }

  #mount(held: Held, mountEditor: typeof import('./mount-editor.ts')['mountEditor']): void {
    const { room, signal } = held;
    const mounted = mountEditor({
      ...held,
      word: (key) => this.word(key),
      readPlaceholder: () => this.placeholder ?? '',
      canEdit: () => this.allowsWriting && room.status.get().canEdit,
      wantsToolbar: () => !this.noToolbar,
      onInput: () => this.tell('input'),
      onThread: (thread) => this.tell('thread', { thread }),
    });
    this.#mounted = mounted;
    let couldEdit: boolean | null = null;
    follow(room.status, signal, ({ canEdit }) => {
      if (canEdit === couldEdit) return;
      couldEdit = canEdit;
      mounted.update();
    });
  }
}
