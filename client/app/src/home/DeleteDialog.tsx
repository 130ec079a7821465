import { type DocumentInfo, QuireError } from '@quire/client';
import { useState } from 'react';
import { Dialog } from '../ui/Dialog.tsx';
import { nameForPeople } from './document-words.ts';

interface DeleteDialogProps {
  readonly document: DocumentInfo;
  readonly onDelete: (document: DocumentInfo) => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteDialog({ document, onDelete, onClose }: DeleteDialogProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await onDelete(document);
    } catch (error) {
      setFailure(error instanceof QuireError ? error.message : 'The document could not be deleted.');
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Delete “${nameForPeople(document).title}”?`} onClose={onClose}>
      <p>It goes to the bin, and nobody can open it there. You can take it back until its days in the bin are over.</p>
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
          Delete
        </button>
      </div>
    </Dialog>
  );
}
