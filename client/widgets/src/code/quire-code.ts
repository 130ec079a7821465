import { follow, type Held } from '../base/held.ts';
import { reflect } from '../base/quire-element.ts';
import { QuireField } from '../base/quire-field.ts';
import { showFetched } from '../parts/show-fetched.ts';
import { codeStyles } from './code-styles.ts';
import { readLanguage } from './languages.ts';
import type { MountedCode } from './mount-code.ts';
import { codeWords } from './words.ts';

const DEFAULT_FIELD = 'code';

/** Code, or text without formats: a shared text of the document, by its name. */
export class QuireCode extends QuireField {
  static override readonly tag = 'quire-code';
  static override readonly properties: readonly string[] = [...QuireField.properties, 'language', 'field'];
  static override readonly styles = codeStyles;
  static override readonly words = codeWords;
  #mounted: MountedCode | null = null;
  #held: Held | null = null;

  static override get observedAttributes(): readonly string[] {
    return [...QuireField.observedAttributes, 'language', 'field'];
  }

  /** `javascript` (with JSX and types) or `text`. */
  get language(): string | null {
    return this.getAttribute('language');
  }

  set language(value: string | null | undefined) {
    reflect(this, 'language', value);
  }

  /** The name of the shared text in the document: `code` where nobody says. */
  get field(): string {
    return this.getAttribute('field') ?? DEFAULT_FIELD;
  }

  set field(value: string | null | undefined) {
    reflect(this, 'field', value);
  }

  override focus(options?: FocusOptions): void {
    if (this.#mounted === null) super.focus(options);
    else this.#mounted.view.focus();
  }

  /** The text; empty before it is there. */
  getText(): string {
    return this.#mounted === null ? '' : (this.#held?.room.doc.getText(this.field).toString() ?? '');
  }

  protected override get formValue(): string {
    return this.getText();
  }

  protected override show(held: Held): () => void {
    this.#held = held;
    this.shown = showFetched(() => import('./mount-code.ts'), held, {
      word: (key) => this.word(key),
      onFailed: (error) => this.fail(error),
      mount: ({ mountCode }) => this.#mount(held, mountCode),
    });
    return () => {
      this.#mounted?.close();
      this.#mounted = null;
      this.#held = null;
    };
  }

  protected override changed(name: string): void {
    if (name === 'field') this.showAgain();
    else this.#mounted?.update();
  }

  #mount(held: Held, mountCode: typeof import('./mount-code.ts')['mountCode']): void {
    const { room, signal } = held;
    const mounted = mountCode({
      ...held,
      text: room.doc.getText(this.field),
      word: (key) => this.word(key),
      readLanguage: () => readLanguage(this.language),
      readPlaceholder: () => this.placeholder ?? '',
      canEdit: () => this.allowsWriting && room.status.get().canEdit,
      onInput: () => this.tell('input'),
    });
    this.#mounted = mounted;
    let couldEdit = room.status.get().canEdit;
    follow(room.status, signal, ({ canEdit }) => {
      if (canEdit === couldEdit) return;
      couldEdit = canEdit;
      mounted.update();
    });
  }
}
