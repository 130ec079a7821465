import { QuireError } from '@quire/client';
import { FilePlus } from 'lucide-react';
import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { documentPath } from '../routes.ts';
import { announce } from '../ui/toasts.ts';

/** Takes what a deleted document left behind along into a new one, and goes there. */
export function SaveAsButton({ onSave }: { readonly onSave: () => Promise<string> }) {
  const [busy, setBusy] = useState(false);

  async function save(): Promise<void> {
    setBusy(true);
    try {
      navigate(documentPath(await onSave()));
    } catch (error) {
      const why = error instanceof QuireError ? error.message : 'Something unexpected happened.';
      announce(`No document was made. ${why}`, 'bad');
      setBusy(false);
    }
  }

  return (
    <button type="button" className="button" aria-disabled={busy} onClick={() => busy || void save()}>
      <FilePlus aria-hidden />
      Save as a new document
    </button>
  );
}
