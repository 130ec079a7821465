import type { Comments, Speaker, Thread } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { findThread, isSameText, readSelectedText, showHighlights } from '@quire/widgets/document';
import type { Editor } from '@tiptap/react';
import { X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { announce } from '../../ui/toasts.ts';
import { Composer } from './Composer.tsx';
import { type CommentsPanelState, type OpenPanel, readPanel } from './panel-state.ts';
import { ThreadCard } from './ThreadCard.tsx';
import './comments.css';

interface CommentsPanelProps {
  readonly comments: Comments;
  /** Null until it is known. */
  readonly speaker: Speaker | null;
  readonly editor: Editor;
  readonly panel: CommentsPanelState;
  readonly onPanel: (panel: CommentsPanelState) => void;
}

/** Highlights the threads in the text, and beside it, while somebody wants to see them, shows what is said in them. */
export function CommentsPanel({ comments, speaker, editor, panel, onPanel }: CommentsPanelProps) {
  const threads = useReadable(comments.threads);
  const active = panel.kind === 'open' ? panel.active : null;
  const open = useMemo(() => threads.filter((thread) => thread.resolved === null), [threads]);

  useEffect(() => {
    showHighlights(editor, { threads: new Set(open.map(({ id }) => id)), active });
  }, [editor, open, active]);

  return panel.kind === 'open' && <Panel {...{ comments, speaker, editor, panel, onPanel, threads, open }} />;
}

interface PanelProps extends CommentsPanelProps {
  readonly panel: OpenPanel;
  readonly threads: readonly Thread[];
  readonly open: readonly Thread[];
}

function Panel({ comments, speaker, editor, panel, onPanel, threads, open }: PanelProps) {
  const { canEdit: mayComment } = useReadable(comments.status);
  const [showsResolved, setShowsResolved] = useState(false);
  const shown = showsResolved ? threads : open;
  const resolvedCount = threads.length - open.length;
  const { about, isAsked } = panel;
  /** Words that would be lost if the comment became one about something else. */
  const hasDraft = useRef(false);
  const noteDraft = useCallback((has: boolean) => {
    hasDraft.current = has;
  }, []);

  useEffect(() => {
    // Whoever selects other text while this is open wants to comment on that.
    const follow = () => {
      const selected = readSelectedText(editor);
      if (hasDraft.current || isSameText(selected, about)) return;
      onPanel({ ...panel, about: selected, isAsked: false });
    };
    editor.on('selectionUpdate', follow);
    return () => {
      editor.off('selectionUpdate', follow);
    };
  }, [editor, about, panel, onPanel]);

  function show(thread: string): void {
    onPanel({ ...panel, active: thread });
    const position = findThread(editor.state.doc, thread);
    if (position === null) announce('The text that this was about is gone.');
    else editor.view.domAtPos(position + 1).node.parentElement?.scrollIntoView({ block: 'center' });
  }

  return (
    <aside className="comments" aria-label="Comments">
      <header className="comments-header">
        <h2>Comments</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close comments"
          data-tooltip="Close comments"
          onClick={() => onPanel({ kind: 'closed' })}
        >
          <X aria-hidden />
        </button>
      </header>
      {mayComment && (
        <section className="new-thread" aria-label="New comment">
          {about !== null && <blockquote className="thread-quote">{about.quote}</blockquote>}
          <Composer
            key={about?.quote}
            label={about === null ? 'Comment on the document' : 'Comment on this text'}
            submitLabel="Comment"
            isWanted={isAsked}
            onDraft={noteDraft}
            onSubmit={async (text) => {
              const { id } = await comments.start(text, about?.range);
              onPanel(readPanel(id));
            }}
            {...(about === null ? {} : { onCancel: () => onPanel(readPanel(panel.active)) })}
          />
        </section>
      )}
      {shown.length === 0 && <p className="comments-none">Nothing has been said here yet.</p>}
      <ol className="threads" aria-label="Threads">
        {shown.map((thread) => (
          <li key={thread.id}>
            <ThreadCard
              comments={comments}
              thread={thread}
              speaker={speaker}
              mayComment={mayComment}
              isActive={thread.id === panel.active}
              onShow={() => show(thread.id)}
            />
          </li>
        ))}
      </ol>
      {resolvedCount > 0 && (
        <button type="button" className="button is-quiet" onClick={() => setShowsResolved(!showsResolved)}>
          {showsResolved ? 'Hide resolved' : `Show resolved (${resolvedCount})`}
        </button>
      )}
    </aside>
  );
}
