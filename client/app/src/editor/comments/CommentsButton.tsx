import type { Comments } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { MessageSquareText } from 'lucide-react';

interface CommentsButtonProps {
  readonly comments: Comments;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function CommentsButton({ comments, isOpen, onToggle }: CommentsButtonProps) {
  const threads = useReadable(comments.threads);
  const count = threads.filter(({ resolved }) => resolved === null).length;
  return (
    <button
      type="button"
      className="icon-button comments-button"
      aria-label={count === 0 ? 'Comments' : `Comments (${count})`}
      aria-pressed={isOpen}
      data-tooltip="Comments"
      // Keeps what is selected in the text: it is what the comment will be about.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onToggle}
    >
      <MessageSquareText aria-hidden />
      {/* The number comes from the style sheet: the label says it too. */}
      {count > 0 && <span className="comments-count" data-count={count} aria-hidden />}
    </button>
  );
}
