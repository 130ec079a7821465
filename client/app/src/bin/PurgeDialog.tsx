import { QuireError } from '@quire/client';
import { useState } from 'react';
import { nameForPeople } from '../home/document-words.ts';
import { Dialog } from '../ui/Dialog.tsx';
import type { BinnedDocument } from './bin-list.ts';

interface PurgeDialogProps {
  readonly document: BinnedDocument;
  readonly onPurge: (document: BinnedDocument) => Promise<void>;
  readonly onClose: () => void;
}

export function PurgeDialog({ document, onPurge, onClose }: PurgeDialogProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await onPurge(document);
    } catch (error) {
      setFailure(error instanceof QuireError ? error.message : 'The document could not be deleted.');
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Delete “${nameForPeople(document).title}” for good?`} onClose={onClose}>
      <p>Nobody can take it back after that, with the comments on it and the links to it.</p>
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
          Delete for good
        </button>
      </div>
    </Dialog>
  );
}
