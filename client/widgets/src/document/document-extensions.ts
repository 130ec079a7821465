import type { Extensions } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { Link } from '@tiptap/extension-link';
import { TaskItem, TaskList } from '@tiptap/extension-list';
import { TableKit } from '@tiptap/extension-table';
import { StarterKit } from '@tiptap/starter-kit';
import { admitComments, CommentMark } from './comment-mark.ts';

const CommentableKit = StarterKit.extend({
  addExtensions() {
    return (this.parent?.() ?? []).map(admitComments);
  },
});

/**
 * Everything a Quire document can hold: the one list for the app, widgets and the server. Tables and images have no
 * buttons yet, but whoever puts one in keeps it. Pasting makes tables, not images: those need a place to upload to.
 *
 * Behaviour that writes without being asked is off: a trailing paragraph would be appended by every client that opens the
 * document, once each, and `undoRedo` would undo other people's edits (Yjs brings its own).
 */
export function documentExtensions(): Extensions {
  return [
    CommentableKit.configure({
      undoRedo: false,
      trailingNode: false,
      heading: { levels: [1, 2, 3] },
      dropcursor: { class: 'drop-cursor', color: false, width: 2 },
      link: false,
    }),
    // What is typed behind a link is not part of it.
    Link.extend({ inclusive: false }).configure({
      openOnClick: false,
      autolink: true,
      defaultProtocol: 'https',
      HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
    }),
    CommentMark,
    TaskList,
    // A label without the task's own text: it is also in the page, where find and copy would meet every task twice.
    TaskItem.configure({ nested: true, a11y: { checkboxLabel: () => 'Done' } }),
    TableKit.configure({ table: { resizable: false } }),
    Image.extend({ parseHTML: () => [] }),
  ];
}
