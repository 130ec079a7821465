import type { Room, RoomStatus } from '@quire/client';
import { UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import { CopyLinkButton } from '../CopyLinkButton.tsx';
import { ShareDialog } from './ShareDialog.tsx';
import { useDocumentRole } from './use-document-role.ts';
import './share.css';

/** Owners give access to others. Everybody else copies the address, which opens the document for whoever has access already. */
export function ShareButton({ room, status }: { readonly room: Room; readonly status: RoomStatus }) {
  const role = useDocumentRole(room.name, status);
  const [open, setOpen] = useState(false);
  if (role !== 'owner') return <CopyLinkButton name={room.name} />;
  return (
    <>
      <button
        type="button"
        className="button is-primary copy-link"
        aria-label="Share"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <UserRoundPlus aria-hidden />
        <span className="copy-link-label">Share</span>
      </button>
      {open && <ShareDialog room={room} onClose={() => setOpen(false)} />}
    </>
  );
}
