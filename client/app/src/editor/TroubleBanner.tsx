import type { Room, RoomStatus } from '@quire/client';
import type { Editor } from '@tiptap/react';
import { Download, RotateCw, Trash2, TriangleAlert } from 'lucide-react';
import { RestoreButton } from '../bin/RestoreButton.tsx';
import { useRestorable } from '../bin/use-restorable.ts';
import { UNTITLED } from '../home/document-words.ts';
import { SaveAsButton } from '../leftovers/SaveAsButton.tsx';
import { downloadCopy } from './copy-of-document.ts';
import { bindTitle } from './document-title.ts';
import { describeTrouble } from './trouble-words.ts';

interface TroubleBannerProps {
  readonly room: Room;
  readonly status: RoomStatus;
  readonly editor: Editor;
  readonly onReopen: () => void;
}

export function TroubleBanner({ room, status, editor, onReopen }: TroubleBannerProps) {
  const words = describeTrouble(status);
  const isRestorable = useRestorable(room.name, status.state === 'cannot-save' && !status.retrying);
  if (words === null) return null;
  const isGone = status.state === 'gone';
  return (
    <div className={isGone || isRestorable ? 'banner is-bad has-choices' : 'banner is-bad'} role="alert">
      {isGone ? <Trash2 aria-hidden /> : <TriangleAlert aria-hidden />}
      <p>
        <strong>{words.title}</strong> {words.advice}
      </p>
      {isRestorable && <RestoreButton name={room.name} onRestored={onReopen} />}
      {isGone && <SaveAsButton onSave={() => room.saveAs()} />}
      <button
        type="button"
        className="button"
        onClick={() => downloadCopy(bindTitle(room.doc).get().trim() || UNTITLED, editor.getHTML())}
      >
        <Download aria-hidden />
        Download a copy
      </button>
      {isGone && (
        <button type="button" className="button" onClick={onReopen}>
          <RotateCw aria-hidden />
          Open it anew
        </button>
      )}
    </div>
  );
}
