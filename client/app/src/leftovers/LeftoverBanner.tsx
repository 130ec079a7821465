import type { Leftover } from '@quire/client';
import { useClient } from '@quire/client/react';
import { Download, FileClock, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { downloadCopy } from '../editor/copy-of-document.ts';
import { bindTitle } from '../editor/document-title.ts';
import { UNTITLED } from '../home/document-words.ts';
import { announce } from '../ui/toasts.ts';
import { DiscardDialog } from './DiscardDialog.tsx';
import { renderContent } from './render-content.ts';
import { SaveAsButton } from './SaveAsButton.tsx';

/** Offers what this device kept of a former life of the document: it is never put into the present one. */
export function LeftoverBanner({ name }: { readonly name: string }) {
  const { leftovers } = useClient();
  const [found, setFound] = useState<readonly Leftover[]>([]);
  const [discarding, setDiscarding] = useState<Leftover | null>(null);

  useEffect(() => {
    let isShown = true;
    leftovers.list({ name }).then(
      (listed) => isShown && setFound(listed),
      () => {}, // this device's storage can't be read: then there is nothing to offer
    );
    return () => {
      isShown = false;
    };
  }, [leftovers, name]);

  const [leftover] = found;
  if (leftover === undefined) return null;

  async function download(from: Leftover): Promise<void> {
    const doc = await leftovers.read(from);
    downloadCopy(bindTitle(doc).get().trim() || UNTITLED, renderContent(doc));
    doc.destroy();
  }

  async function discard(unwanted: Leftover): Promise<void> {
    setDiscarding(null);
    await leftovers.discard(unwanted);
    setFound((before) => before.filter(({ id }) => id !== unwanted.id));
    announce('Discarded.');
  }

  return (
    <>
      <div className="banner is-warning has-choices" role="status">
        <FileClock aria-hidden />
        <p>
          <strong>Changes of yours were never saved.</strong> The document that you made them in was deleted. They are
          kept on this device, and are no part of what you see here.
        </p>
        <SaveAsButton onSave={() => leftovers.saveAs(leftover)} />
        <button type="button" className="button" onClick={() => void download(leftover)}>
          <Download aria-hidden />
          Download a copy
        </button>
        <button type="button" className="button" onClick={() => setDiscarding(leftover)}>
          <Trash2 aria-hidden />
          Discard
        </button>
      </div>
      {discarding !== null && (
        <DiscardDialog onDiscard={() => void discard(discarding)} onClose={() => setDiscarding(null)} />
      )}
    </>
  );
}
