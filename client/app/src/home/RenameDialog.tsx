import { type DocumentInfo, QuireError } from '@quire/client';
import { useId, useState } from 'react';
import { Dialog } from '../ui/Dialog.tsx';
import { UNTITLED } from './document-words.ts';

/** What the server accepts, see the title in its API. */
const MAX_TITLE_LENGTH = 300;

interface RenameDialogProps {
  readonly document: DocumentInfo;
  readonly onRename: (document: DocumentInfo, title: string) => Promise<void>;
  readonly onClose: () => void;
}

export function RenameDialog({ document, onRename, onClose }: RenameDialogProps) {
  const [title, setTitle] = useState(document.title);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const errorId = useId();

  async function submit(): Promise<void> {
    setBusy(true);
    try {
      await onRename(document, title.trim());
    } catch (error) {
      setFailure(error instanceof QuireError ? error.message : 'The document could not be renamed.');
      setBusy(false);
    }
  }

  return (
    <Dialog title="Rename document" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <label className="field">
          <span>Title</span>
          <input
            value={title}
            placeholder={UNTITLED}
            maxLength={MAX_TITLE_LENGTH}
            aria-invalid={failure !== null}
            aria-describedby={failure === null ? undefined : errorId}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        {failure !== null && (
          <p id={errorId} className="field-error" role="alert">
            {failure}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button is-primary" aria-disabled={busy}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}
