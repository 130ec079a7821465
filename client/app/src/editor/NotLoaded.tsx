import type { RoomStatus } from '@quire/client';
import { CloudOff, Trash2, TriangleAlert } from 'lucide-react';
import { RestoreButton } from '../bin/RestoreButton.tsx';
import { useRestorable } from '../bin/use-restorable.ts';
import { Link } from '../Link.tsx';
import { homePath } from '../routes.ts';
import { AlertPage } from '../ui/AlertPage.tsx';
import { adviseOnAccess } from './access-advice.ts';
import { EditorSkeleton } from './EditorSkeleton.tsx';

interface NotLoadedProps {
  readonly name: string;
  readonly status: RoomStatus;
  readonly onReopen: () => void;
}

/** A document of which nothing can be shown yet. Never an empty page: nobody could tell it from an empty document (G3). */
export function NotLoaded({ name, status, onReopen }: NotLoadedProps) {
  const isRestorable = useRestorable(name, status.state === 'cannot-save');
  const advice = adviseOnAccess(status.refusal);
  switch (status.state) {
    case 'connecting':
    case 'saving':
    case 'saved':
    case 'view-only':
      return <EditorSkeleton loading={status.loading} />;
    case 'offline':
    case 'reconnecting':
      return (
        <AlertPage>
          <CloudOff aria-hidden />
          <h1>This document isn’t on this device yet</h1>
          <p>The server can’t be reached right now. As soon as it can, the document opens by itself.</p>
          <HomeLink />
        </AlertPage>
      );
    case 'cannot-save':
      if (isRestorable) {
        return (
          <AlertPage>
            <Trash2 aria-hidden />
            <h1>This document is in the bin</h1>
            <p>Nobody can open it there. Restored, it is what it was before, for everybody.</p>
            <RestoreButton name={name} onRestored={onReopen} />
            <HomeLink />
          </AlertPage>
        );
      }
      return (
        <AlertPage>
          <TriangleAlert aria-hidden />
          <h1>This document can’t be opened</h1>
          <p>{status.reason === undefined ? 'The server refused.' : `The server says: ${status.reason}.`}</p>
          {advice !== null && <p>{advice}</p>}
          <HomeLink />
        </AlertPage>
      );
    case 'gone':
      return (
        <AlertPage>
          <Trash2 aria-hidden />
          <h1>This document was deleted</h1>
          <p>There is no copy of it on this device.</p>
          <HomeLink />
        </AlertPage>
      );
  }
}

export function HomeLink() {
  return (
    <Link href={homePath} className="button">
      All documents
    </Link>
  );
}
