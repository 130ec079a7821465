import { MAX_COMMENT_LENGTH, QuireError } from '@quire/client';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { nameKeys } from '../../ui/key-names.ts';

interface ComposerProps {
  readonly label: string;
  readonly submitLabel: string;
  /** What is there to be changed. */
  readonly text?: string;
  /** Takes the focus as soon as it is shown. */
  readonly isWanted?: boolean;
  /** Told whether something is written that has not been sent. */
  readonly onDraft?: (has: boolean) => void;
  readonly onSubmit: (text: string) => Promise<unknown>;
  /** Left out: there is nothing to go back to. */
  readonly onCancel?: () => void;
}

/** Where somebody writes a comment. What they wrote stays until it is on the server. */
export function Composer({
  label,
  submitLabel,
  text = '',
  isWanted = false,
  onDraft,
  onSubmit,
  onCancel,
}: ComposerProps) {
  const [typed, setTyped] = useState(text);
  const [state, setState] = useState<{ readonly kind: 'ready' | 'sending' | 'failed'; readonly failure?: string }>({
    kind: 'ready',
  });
  const field = useRef<HTMLTextAreaElement>(null);
  const failureId = useId();
  const isSending = state.kind === 'sending';
  const canSend = typed.trim() !== '' && !isSending;

  useLayoutEffect(() => {
    if (isWanted) field.current?.focus();
  }, [isWanted]);

  const hasDraft = typed.trim() !== '' && typed !== text;
  useEffect(() => {
    onDraft?.(hasDraft);
    return () => onDraft?.(false);
  }, [hasDraft, onDraft]);

  async function submit(): Promise<void> {
    if (!canSend) return;
    setState({ kind: 'sending' });
    try {
      await onSubmit(typed.trim());
      setTyped('');
      setState({ kind: 'ready' });
    } catch (error) {
      const failure = error instanceof QuireError ? error.message : 'This could not be sent. Try again.';
      setState({ kind: 'failed', failure });
    }
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <textarea
        ref={field}
        className="composer-field"
        aria-label={label}
        aria-describedby={state.failure === undefined ? undefined : failureId}
        placeholder={label}
        rows={2}
        maxLength={MAX_COMMENT_LENGTH}
        value={typed}
        readOnly={isSending}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault();
            void submit();
          } else if (event.key === 'Escape' && onCancel !== undefined) {
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      {state.failure !== undefined && (
        <p id={failureId} className="field-error" role="alert">
          {state.failure}
        </p>
      )}
      {(typed !== '' || onCancel !== undefined) && (
        <div className="composer-actions">
          {onCancel !== undefined && (
            <button type="button" className="button is-quiet" onClick={onCancel}>
              Cancel
            </button>
          )}
          <button
            type="submit"
            className="button is-primary"
            aria-disabled={!canSend}
            data-tooltip={submitLabel}
            data-keys={nameKeys('Mod-Enter')}
          >
            {submitLabel}
          </button>
        </div>
      )}
    </form>
  );
}
