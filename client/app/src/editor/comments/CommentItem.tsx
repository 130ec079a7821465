import type { Comment, CommentAuthor } from '@quire/client';
import { EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import { MenuButton, type MenuItem } from '../../ui/MenuButton.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Composer } from './Composer.tsx';

interface CommentItemProps {
  readonly comment: Comment;
  readonly canChange: boolean;
  readonly canRemove: boolean;
  readonly onChange: (text: string) => Promise<unknown>;
  readonly onRemove: () => void;
}

export function CommentItem({ comment, canChange, canRemove, onChange, onRemove }: CommentItemProps) {
  const [isChanging, setChanging] = useState(false);
  const { author, time, edited, text } = comment;
  const items: MenuItem[] = [
    ...(canChange ? [{ id: 'edit', label: 'Edit', onSelect: () => setChanging(true) }] : []),
    ...(canRemove ? [{ id: 'delete', label: 'Delete', className: 'is-danger', onSelect: onRemove }] : []),
  ];
  return (
    <li className="comment">
      <div className="comment-head">
        <strong>{nameOf(author)}</strong>
        <span className="comment-time">
          <RelativeTime iso={time} />
          {edited !== null && ', edited'}
        </span>
        {items.length > 0 && (
          <MenuButton
            label={`More for the comment by ${nameOf(author)}`}
            tooltip="More"
            className="icon-button comment-more"
            align="end"
            items={items}
          >
            <EllipsisVertical aria-hidden />
          </MenuButton>
        )}
      </div>
      {isChanging ? (
        <Composer
          label="Edit comment"
          submitLabel="Save"
          text={text}
          isWanted
          onCancel={() => setChanging(false)}
          onSubmit={async (changed) => {
            await onChange(changed);
            setChanging(false);
          }}
        />
      ) : (
        <p className="comment-text">{text}</p>
      )}
    </li>
  );
}

export function nameOf({ name }: CommentAuthor): string {
  return name === '' ? 'A guest' : name;
}
