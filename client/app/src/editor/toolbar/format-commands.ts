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
  readonly toggle: (editor: Editor) => boolean;
}

export const formatGroups: readonly (readonly FormatCommand[])[] = [
  [
    mark('bold', 'Bold', 'Mod-b', Bold, (editor) => editor.commands.toggleBold()),
    mark('italic', 'Italic', 'Mod-i', Italic, (editor) => editor.commands.toggleItalic()),
    mark('underline', 'Underline', 'Mod-u', Underline, (editor) => editor.commands.toggleUnderline()),
    mark('strike', 'Strikethrough', 'Mod-Shift-s', Strikethrough, (editor) => editor.commands.toggleStrike()),
    mark('code', 'Inline code', 'Mod-e', Code, (editor) => editor.commands.toggleCode()),
  ],
  [
    mark('bulletList', 'Bulleted list', 'Mod-Shift-8', List, (editor) => editor.commands.toggleBulletList()),
    mark('orderedList', 'Numbered list', 'Mod-Shift-7', ListOrdered, (editor) => editor.commands.toggleOrderedList()),
    mark('taskList', 'Task list', 'Mod-Shift-9', ListChecks, (editor) => editor.commands.toggleTaskList()),
  ],
  [
    mark('blockquote', 'Quote', 'Mod-Shift-b', Quote, (editor) => editor.commands.toggleBlockquote()),
    mark('codeBlock', 'Code block', 'Mod-Alt-c', SquareCode, (editor) => editor.commands.toggleCodeBlock()),
  ],
];

function mark(
  id: string,
  label: string,
  keys: string,
  Icon: LucideIcon,
  toggle: (editor: Editor) => boolean,
): FormatCommand {
  return { id, label, keys, Icon, toggle, isActive: (editor) => editor.isActive(id) };
}
