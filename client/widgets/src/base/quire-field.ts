import { QuireElement, reflect } from './quire-element.ts';

/** An element with a text that somebody writes: it can be part of a form, and be read-only. */
export abstract class QuireField extends QuireElement {
  static readonly formAssociated = true;
  static override properties: readonly string[] = [...QuireElement.properties, 'formField', 'readOnly', 'placeholder'];
  #leaveForm: (() => void) | null = null;
  #isDisabled = false;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'readonly', 'placeholder'];
  }

  /** What a form sends. */
  protected abstract get formValue(): string;

  /** The name under which a form sends this field, which `name`, a person’s, cannot be. Left out, it is not sent. */
  get formField(): string | null {
    return this.getAttribute('form-field');
  }

  set formField(value: string | null | undefined) {
    reflect(this, 'form-field', value);
  }

  get form(): HTMLFormElement | null {
    return this.internals?.form ?? null;
  }

  get readOnly(): boolean {
    return this.hasAttribute('readonly');
  }

  set readOnly(value: boolean | null | undefined) {
    this.toggleAttribute('readonly', value ?? false);
  }

  /** Shown while there is no text. */
  get placeholder(): string | null {
    return this.getAttribute('placeholder');
  }

  set placeholder(value: string | null | undefined) {
    reflect(this, 'placeholder', value);
  }

  /** Whether the page lets this person write; the server has a say, too. */
  protected get allowsWriting(): boolean {
    return !this.readOnly && !this.#isDisabled;
  }

  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    this.changed('disabled');
  }

  /** The value is asked for when a form is sent, so that no keystroke pays for it. */
  formAssociatedCallback(form: HTMLFormElement | null): void {
    this.#leaveForm?.();
    this.#leaveForm = null;
    if (form === null) return;
    const add = ({ formData }: FormDataEvent) => {
      const { formField } = this;
      if (formField !== null && formField !== '' && !this.#isDisabled) formData.append(formField, this.formValue);
    };
    form.addEventListener('formdata', add);
    this.#leaveForm = () => form.removeEventListener('formdata', add);
  }
}
