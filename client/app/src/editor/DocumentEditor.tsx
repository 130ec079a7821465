import type { Comments, Room, RoomStatus, Speaker } from '@quire/client';
import { type Editor, EditorContent } from '@tiptap/react';
import { useEffect } from 'react';
import { LeftoverBanner } from '../leftovers/LeftoverBanner.tsx';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { CommentsPanel } from './comments/CommentsPanel.tsx';
import { type CommentsPanelState, readPanel } from './comments/panel-state.ts';
import { focusText } from './focus-text.ts';
import { LinkPopover } from './link/LinkPopover.tsx';
import { useLinkEditor } from './link/use-link-editor.ts';
import { Outline } from './outline/Outline.tsx';
import { TroubleBanner } from './TroubleBanner.tsx';
import { Toolbar } from './toolbar/Toolbar.tsx';
import { useDocumentEditor } from './use-document-editor.ts';

interface DocumentEditorProps {
  readonly room: Room;
  readonly status: RoomStatus;
  readonly comments: Comments;
  /** Null until it is known. */
  readonly speaker: Speaker | null;
  readonly panel: CommentsPanelState;
  readonly onPanel: (panel: CommentsPanelState) => void;
  /** Somebody wants to comment on what is selected. */
  readonly onComment: () => void;
  /** Told which editor is there, for the header; null when it goes. */
  readonly onEditor: (editor: Editor | null) => void;
  /** Opens the document's name once more. */
  readonly onReopen: () => void;
}

/** Everything below the header, once there is content to show: before that an empty page would be a lie (G3). */
export function DocumentEditor({
  room,
  status,
  comments,
  speaker,
  panel,
  onPanel,
  onComment,
  onEditor,
  onReopen,
}: DocumentEditorProps) {
  const editor = useDocumentEditor({
    room,
    canEdit: status.canEdit,
    onEditLink: () => link.start(),
    onLeaveText: () => document.querySelector<HTMLElement>('.toolbar [data-stop]')?.focus(),
    onComment,
    onThread: (thread) => onPanel(readPanel(thread)),
  });
  const link = useLinkEditor(editor);
  const hasRoomForOutline = useMediaQuery('(width >= 1240px)');

  useEffect(() => {
    onEditor(editor);
    return () => onEditor(null);
  }, [editor, onEditor]);

  // Whoever opens an empty page wants to write; in one with text they may want to read first.
  useEffect(() => {
    if (editor.isEmpty && editor.isEditable) focusText(editor);
  }, [editor]);

  return (
    <main>
      {status.canEdit && <Toolbar editor={editor} onEditLink={link.start} />}
      <TroubleBanner room={room} status={status} editor={editor} onReopen={onReopen} />
      {status.state !== 'gone' && <LeftoverBanner name={room.name} />}
      <div className="desk">
        {hasRoomForOutline && <Outline editor={editor} />}
        <div className="page">
          <EditorContent editor={editor} />
        </div>
        <CommentsPanel {...{ comments, speaker, editor, panel, onPanel }} />
      </div>
      <LinkPopover link={link} />
    </main>
  );
}
