import type { Extensions } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { TaskItem, TaskList } from '@tiptap/extension-list';
import { TableKit } from '@tiptap/extension-table';
import { StarterKit } from '@tiptap/starter-kit';

/**
 * Everything a Quire document can hold: the one list for the app, widgets and the server. Tables and images have no
 * buttons yet but are here, so that what is pasted today survives every later client.
 *
 * Behaviour that writes without being asked is off: a trailing paragraph would be appended by every client that opens the
 * document, once each, and `undoRedo` would undo other people's edits (Yjs brings its own).
 */
export function documentExtensions(): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false,
      trailingNode: false,
      heading: { levels: [1, 2, 3] },
      dropcursor: { class: 'drop-cursor', color: false, width: 2 },
      link: {
        openOnClick: false,
        autolink: true,
        defaultProtocol: 'https',
        HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
      },
    }),
    TaskList,
    TaskItem.configure({
      nested: true,
      a11y: { checkboxLabel: (node) => `Done: ${node.textContent || 'empty task'}` },
    }),
    TableKit.configure({ table: { resizable: false } }),
    Image,
  ];
}
