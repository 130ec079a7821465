import type { Room, RoomStatus } from '@quire/client';
import type { Editor } from '@tiptap/react';
import { Download, Trash2, TriangleAlert } from 'lucide-react';
import { UNTITLED } from '../home/document-words.ts';
import { downloadCopy } from './copy-of-document.ts';
import { bindTitle } from './document-title.ts';
import { describeTrouble } from './trouble-words.ts';

interface TroubleBannerProps {
  readonly room: Room;
  readonly status: RoomStatus;
  readonly editor: Editor;
}

export function TroubleBanner({ room, status, editor }: TroubleBannerProps) {
  const words = describeTrouble(status);
  if (words === null) return null;
  return (
    <div className="banner is-bad" role="alert">
      {status.state === 'gone' ? <Trash2 aria-hidden /> : <TriangleAlert aria-hidden />}
      <p>
        <strong>{words.title}</strong> {words.advice}
      </p>
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
