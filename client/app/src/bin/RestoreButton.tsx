import { QuireError } from '@quire/client';
import { useClient } from '@quire/client/react';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { announce } from '../ui/toasts.ts';

interface RestoreButtonProps {
  readonly name: string;
  readonly onRestored: () => void;
}

/** Takes a document out of the bin, for who may. */
export function RestoreButton({ name, onRestored }: RestoreButtonProps) {
  const { documents } = useClient();
  const [busy, setBusy] = useState(false);

  async function restore(): Promise<void> {
    setBusy(true);
    try {
      await documents.restore(name);
      onRestored();
    } catch (error) {
      setBusy(false);
      announce(error instanceof QuireError ? error.message : 'The document could not be restored.', 'bad');
    }
  }

  return (
    <button type="button" className="button is-primary" aria-disabled={busy} onClick={() => busy || void restore()}>
      <Undo2 aria-hidden />
      Restore it
    </button>
  );
}
