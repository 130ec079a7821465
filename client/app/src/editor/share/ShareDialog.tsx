import type { Room } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { nameForPeople } from '../../home/document-words.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { bindTitle } from '../document-title.ts';
import { LinkList } from './LinkList.tsx';
import { NewLink } from './NewLink.tsx';
import type { ShareLinksStore } from './share-links.ts';
import { useShareLinks } from './use-share-links.ts';

interface ShareDialogProps {
  readonly room: Room;
  readonly onClose: () => void;
}

export function ShareDialog({ room, onClose }: ShareDialogProps) {
  const links = useShareLinks(room.name);
  const { title } = nameForPeople({ name: room.name, title: bindTitle(room.doc).get() });
  return (
    <Dialog title={`Share “${title}”`} onClose={onClose}>
      {links !== null && <Links name={room.name} links={links} />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

function Links({ name, links }: { readonly name: string; readonly links: ShareLinksStore }) {
  const state = useReadable(links);
  return (
    <div className="share">
      <NewLink name={name} onCreate={links.create} />
      <section className="share-list" aria-labelledby="share-list-title">
        <h3 id="share-list-title">Links to this document</h3>
        <LinkList state={state} onRetry={links.refresh} onRevoke={links.revoke} />
      </section>
    </div>
  );
}
