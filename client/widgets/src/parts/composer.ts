import { h } from '../base/h.ts';

export interface ComposerOptions {
  readonly label: string;
  readonly submitLabel: string;
  readonly maxLength: number;
  /** Enter sends, and Shift + Enter begins a line; else Enter begins a line, and Ctrl + Enter sends. */
  readonly sendsOnEnter: boolean;
  readonly cancelLabel?: string;
  readonly text?: string;
  /** Rejects with what a person is told; what they wrote is then still there. */
  onSubmit(text: string): Promise<unknown> | undefined;
  onCancel?(): void;
  onInput?(text: string): void;
  /** Words for what was thrown. */
  explain?(error: unknown): string;
}

export interface Composer {
  readonly element: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
}

/** Where somebody writes something that is then sent. What they wrote stays until it is. */
export function createComposer(options: ComposerOptions): Composer {
  const { label, submitLabel, maxLength, sendsOnEnter, cancelLabel, onCancel, onInput } = options;
  const field = h('textarea', {
    part: 'field',
    class: 'field',
    rows: 1,
    maxlength: maxLength,
    'aria-label': label,
    placeholder: label,
  });
  field.value = options.text ?? '';
  const failure = h('p', { class: 'failure', part: 'failure', role: 'alert', hidden: true });
  const submit = h('button', { class: 'primary', part: 'submit', type: 'submit' }, submitLabel);
  let isSending = false;

  const show = () => {
    submit.disabled = isSending || field.value.trim() === '';
    field.readOnly = isSending;
  };
  const say = (words: string) => {
    failure.hidden = words === '';
    failure.textContent = words;
  };
  const send = async () => {
    const text = field.value.trim();
    if (isSending || text === '') return;
    const sending = options.onSubmit(text);
    say('');
    if (sending !== undefined) {
      isSending = true;
      show();
      try {
        await sending;
      } catch (error) {
        say(options.explain?.(error) ?? String(error));
        return;
      } finally {
        isSending = false;
        show();
      }
    }
    field.value = '';
    onInput?.('');
    show();
  };

  const onkeydown = (event: Event) => {
    if (!(event instanceof KeyboardEvent) || event.isComposing) return;
    if (event.key === 'Escape' && onCancel !== undefined) {
      event.stopPropagation();
      onCancel();
      return;
    }
    const asks = sendsOnEnter ? !event.shiftKey : event.ctrlKey || event.metaKey;
    if (event.key !== 'Enter' || !asks) return;
    event.preventDefault();
    void send();
  };
  field.addEventListener('keydown', onkeydown);
  field.addEventListener('input', () => {
    show();
    onInput?.(field.value);
  });
  show();

  const cancel = onCancel !== undefined && h('button', { type: 'button', onclick: () => onCancel() }, cancelLabel);
  const element = h(
    'form',
    { class: 'composer', part: 'composer' },
    field,
    failure,
    h('div', { class: 'actions' }, cancel, submit),
  );
  // Where a frame’s sandbox has no `allow-forms`, no form hears `submit`.
  submit.addEventListener('click', (event) => {
    event.preventDefault();
    void send();
  });
  return { element, field };
}

export const composerStyles = `
.composer {
  display: grid;
  gap: 8px;
}

.field {
  width: 100%;
  min-height: 38px;
  max-height: 160px;
  padding: 8px 10px;
  resize: none;
  border: 1px solid var(--q-line-strong);
  border-radius: var(--q-radius-small);
  background: var(--q-page);
  field-sizing: content;
}

.field::placeholder {
  color: var(--q-ink-2);
  opacity: 1;
}

.field:focus-visible {
  border-color: var(--q-accent);
  outline-offset: -1px;
}

.actions {
  display: flex;
  justify-content: end;
  gap: 6px;
}

.failure {
  margin: 0;
  color: var(--q-danger);
  font-size: 13px;
}
`;
