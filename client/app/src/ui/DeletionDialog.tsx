import { QuireError } from '@quire/client';
import { type ReactNode, useState } from 'react';
import { Dialog } from './Dialog.tsx';

interface DeletionDialogProps {
  readonly title: string;
  /** What the button says. */
  readonly verb: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  /** What becomes of the document. */
  readonly children: ReactNode;
}

/** Asks before a document goes. Whoever opened it closes it once that is done; what failed is said in it. */
export function DeletionDialog({ title, verb, onConfirm, onClose, children }: DeletionDialogProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await onConfirm();
    } catch (error) {
      setFailure(error instanceof QuireError ? error.message : 'The document could not be deleted.');
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button is-danger" aria-disabled={busy} onClick={() => busy || void confirm()}>
          {verb}
        </button>
      </div>
    </Dialog>
  );
}
