import type { Editor } from '@tiptap/react';
import {
  Bold,
  Code,
  Italic,
  List,
  ListChecks,
  ListOrdered,
  type LucideIcon,
  Quote,
  SquareCode,
  Strikethrough,
  Underline,
} from 'lucide-react';

/** A button that turns a format on and off. `keys` are Tiptap's own, shown in the tooltip. */
export interface FormatCommand {
  readonly id: string;
  readonly label: string;
  readonly keys: string;
  readonly Icon: LucideIcon;
  readonly isActive: (editor: Editor) => boolean;
  readonly toggle: (editor: Editor) => void;
}

export const formatGroups: readonly (readonly FormatCommand[])[] = [
  [
    mark('bold', 'Bold', 'Mod-b', Bold, (editor) => editor.chain().focus().toggleBold().run()),
    mark('italic', 'Italic', 'Mod-i', Italic, (editor) => editor.chain().focus().toggleItalic().run()),
    mark('underline', 'Underline', 'Mod-u', Underline, (editor) => editor.chain().focus().toggleUnderline().run()),
    mark('strike', 'Strikethrough', 'Mod-Shift-s', Strikethrough, (editor) =>
      editor.chain().focus().toggleStrike().run(),
    ),
    mark('code', 'Inline code', 'Mod-e', Code, (editor) => editor.chain().focus().toggleCode().run()),
  ],
  [
    mark('bulletList', 'Bulleted list', 'Mod-Shift-8', List, (editor) =>
      editor.chain().focus().toggleBulletList().run(),
    ),
    mark('orderedList', 'Numbered list', 'Mod-Shift-7', ListOrdered, (editor) =>
      editor.chain().focus().toggleOrderedList().run(),
    ),
    mark('taskList', 'Task list', 'Mod-Shift-9', ListChecks, (editor) => editor.chain().focus().toggleTaskList().run()),
  ],
  [
    mark('blockquote', 'Quote', 'Mod-Shift-b', Quote, (editor) => editor.chain().focus().toggleBlockquote().run()),
    mark('codeBlock', 'Code block', 'Mod-Alt-c', SquareCode, (editor) =>
      editor.chain().focus().toggleCodeBlock().run(),
    ),
  ],
];

function mark(
  id: string,
  label: string,
  keys: string,
  Icon: LucideIcon,
  toggle: (editor: Editor) => void,
): FormatCommand {
  return { id, label, keys, Icon, toggle, isActive: (editor) => editor.isActive(id) };
}
