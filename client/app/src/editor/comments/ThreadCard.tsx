import { type Comments, QuireError, type Speaker, type Thread } from '@quire/client';
import { CircleCheck, RotateCcw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { announce } from '../../ui/toasts.ts';
import { CommentItem, nameOf } from './CommentItem.tsx';
import { Composer } from './Composer.tsx';

interface ThreadCardProps {
  readonly comments: Comments;
  readonly thread: Thread;
  /** Null until it is known. */
  readonly speaker: Speaker | null;
  readonly mayComment: boolean;
  readonly isActive: boolean;
  /** Shows where it is in the text. */
  readonly onShow: () => void;
}

export function ThreadCard({ comments, thread, speaker, mayComment, isActive, onShow }: ThreadCardProps) {
  const card = useRef<HTMLElement>(null);
  const isResolved = thread.resolved !== null;
  const mayEdit = speaker?.role === 'editor' || speaker?.role === 'owner';
  const isMine = (author: { readonly id: string }) => mayComment && speaker !== null && author.id === speaker.id;

  useEffect(() => {
    if (isActive) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);

  /** Of a button that has no place for words of its own. */
  function attempt(change: Promise<unknown>): void {
    change.catch((error: unknown) => {
      announce(error instanceof QuireError ? error.message : 'That did not work. Try again.', 'bad');
    });
  }

  return (
    <article
      ref={card}
      className={isActive ? 'thread is-active' : 'thread'}
      aria-label={`Thread by ${nameOf(thread.author)}`}
    >
      {thread.quote !== '' && (
        <button type="button" className="thread-quote" data-tooltip="Show in the text" onClick={onShow}>
          {thread.quote}
        </button>
      )}
      {thread.resolved !== null && <p className="thread-resolved">Resolved by {nameOf(thread.resolved.by)}</p>}
      <ol>
        {thread.comments.map((comment) => (
          <CommentItem
            key={comment.id}
            comment={comment}
            canChange={isMine(comment.author)}
            canRemove={isMine(comment.author) || mayEdit}
            onChange={(text) => comments.change(thread.id, comment.id, text)}
            onRemove={() => attempt(comments.withdraw(thread.id, comment.id))}
          />
        ))}
      </ol>
      {mayComment && !isResolved && (
        <Composer label="Reply" submitLabel="Reply" onSubmit={(text) => comments.reply(thread.id, text)} />
      )}
      {mayComment && (
        <button
          type="button"
          className="button is-quiet thread-settle"
          onClick={() => attempt(isResolved ? comments.reopen(thread.id) : comments.resolve(thread.id))}
        >
          {isResolved ? <RotateCcw aria-hidden /> : <CircleCheck aria-hidden />}
          {isResolved ? 'Reopen' : 'Resolve'}
        </button>
      )}
    </article>
  );
}
