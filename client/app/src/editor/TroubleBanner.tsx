import type { Room, RoomStatus } from '@quire/client';
import type { Editor } from '@tiptap/react';
import { Download, Trash2, TriangleAlert } from 'lucide-react';
import { UNTITLED } from '../home/document-words.ts';
import { downloadCopy } from './copy-of-document.ts';
import { bindTitle } from './document-title.ts';

interface TroubleBannerProps {
  readonly room: Room;
  readonly status: RoomStatus;
  readonly editor: Editor;
}

/** Says what a person can do when the server does not keep their words, or no longer has the document. */
export function TroubleBanner({ room, status, editor }: TroubleBannerProps) {
  if (status.state !== 'cannot-save' && status.state !== 'gone') return null;
  const gone = status.state === 'gone';
  return (
    <div className="banner is-bad" role="alert">
      {gone ? <Trash2 aria-hidden /> : <TriangleAlert aria-hidden />}
      {gone ? (
        <p>
          <strong>This document was deleted.</strong> What you see is this device’s copy, to read and to download.
        </p>
      ) : (
        <p>
          <strong>Your latest changes can’t be saved{status.reason === undefined ? '' : `: ${status.reason}`}.</strong>{' '}
          You can go on writing, and they are sent once the server accepts them. To be sure, keep a copy.
        </p>
      )}
      <button
        type="button"
        className="button"
        onClick={() => downloadCopy(bindTitle(room.doc).get().trim() || UNTITLED, editor.getHTML())}
      >
        <Download aria-hidden />
        Download a copy
      </button>
    </div>
  );
}
