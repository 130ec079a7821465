import type { Room, RoomStatus } from '@quire/client';
import type { Editor } from '@tiptap/react';
import { Download, RotateCw, Trash2, TriangleAlert } from 'lucide-react';
import { useLayoutEffect } from 'react';
import { RestoreButton } from '../bin/RestoreButton.tsx';
import { useRestorable } from '../bin/use-restorable.ts';
import { UNTITLED } from '../home/document-words.ts';
import { SaveAsButton } from '../leftovers/SaveAsButton.tsx';
import { downloadCopy } from './copy-of-document.ts';
import { measureCoveredTop } from './covered-top.ts';
import { bindTitle } from './document-title.ts';
import { publishHeight } from './publish-height.ts';
import { describeTrouble, type TroubleWords } from './trouble-words.ts';

interface TroubleBannerProps {
  readonly room: Room;
  readonly status: RoomStatus;
  readonly editor: Editor;
  readonly onReopen: () => void;
}

const publishTroubleHeight = publishHeight('--trouble-height');

/** In sight wherever in the text somebody is. */
export function TroubleBanner(props: TroubleBannerProps) {
  const words = describeTrouble(props.status);
  return words !== null && <Trouble words={words} {...props} />;
}

function Trouble({ words, room, status, editor, onReopen }: TroubleBannerProps & { readonly words: TroubleWords }) {
  const isRestorable = useRestorable(room.name, status.state === 'cannot-save' && !status.retrying);
  const isGone = status.state === 'gone';

  useLayoutEffect(() => {
    // It comes over the text, and may cover the very line that is being written.
    if (!editor.isFocused) return;
    const { top } = editor.view.coordsAtPos(editor.state.selection.head);
    const coveredBy = measureCoveredTop() - top;
    if (coveredBy > 0) window.scrollBy(0, -coveredBy);
  }, [editor]);

  return (
    <div
      ref={publishTroubleHeight}
      className={isGone || isRestorable ? 'trouble banner is-bad has-choices' : 'trouble banner is-bad'}
      role="alert"
    >
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
