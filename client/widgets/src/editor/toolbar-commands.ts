import type { Editor } from '@tiptap/core';

/** A button that turns a format on and off. */
export interface FormatCommand {
  /** Of the word for it, too. */
  readonly id: string;
  /** Tiptap's own, for whoever hears a screen reader say them. */
  readonly keys: string;
  readonly icon: readonly string[];
  readonly isActive: (editor: Editor) => boolean;
  readonly toggle: (editor: Editor) => boolean;
}

export const formatGroups: readonly (readonly FormatCommand[])[] = [
  [
    format('bold', 'Control+B', ['M7 5h6a3.5 3.5 0 0 1 0 7H7z', 'M7 12h7a3.5 3.5 0 0 1 0 7H7z'], (editor) =>
      editor.commands.toggleBold(),
    ),
    format('italic', 'Control+I', ['M10 5h7', 'M7 19h7', 'm14 5-4 14'], (editor) => editor.commands.toggleItalic()),
    format('underline', 'Control+U', ['M7 4v7a5 5 0 0 0 10 0V4', 'M6 20h12'], (editor) =>
      editor.commands.toggleUnderline(),
    ),
    format(
      'strike',
      'Control+Shift+S',
      [
        'M5 12h14',
        'M16.5 8A4 4 0 0 0 12 5c-3 0-4.5 1.6-4.5 3.4',
        'M7.5 15.6C7.8 17.6 9.6 19 12 19c3 0 4.6-1.5 4.6-3.4',
      ],
      (editor) => editor.commands.toggleStrike(),
    ),
    format('code', 'Control+E', ['m8 8-4 4 4 4', 'm16 8 4 4-4 4'], (editor) => editor.commands.toggleCode()),
  ],
  [
    format(
      'bulletList',
      'Control+Shift+8',
      ['M9 6h11', 'M9 12h11', 'M9 18h11', 'M4.5 6h.01', 'M4.5 12h.01', 'M4.5 18h.01'],
      (editor) => editor.commands.toggleBulletList(),
    ),
    format(
      'orderedList',
      'Control+Shift+7',
      ['M10 6h10', 'M10 12h10', 'M10 18h10', 'm4 5 1.5-1v5', 'M4 15.5a1.2 1.2 0 0 1 2.3.4c0 1.2-2.3 1.9-2.3 3.1h2.5'],
      (editor) => editor.commands.toggleOrderedList(),
    ),
    format(
      'taskList',
      'Control+Shift+9',
      ['m4 6 1.2 1.2L8 4.5', 'm4 17 1.2 1.2L8 15.5', 'M12 6h8', 'M12 17h8'],
      (editor) => editor.commands.toggleTaskList(),
    ),
  ],
  [
    format('blockquote', 'Control+Shift+B', ['M5 5v14', 'M10 8h10', 'M10 12h10', 'M10 16h6'], (editor) =>
      editor.commands.toggleBlockquote(),
    ),
    format('codeBlock', 'Control+Alt+C', ['M4 5h16v14H4z', 'm10 10-2.2 2 2.2 2', 'm14 10 2.2 2-2.2 2'], (editor) =>
      editor.commands.toggleCodeBlock(),
    ),
  ],
];

export interface BlockStyle {
  readonly id: string;
  readonly isActive: (editor: Editor) => boolean;
  readonly apply: (editor: Editor) => boolean;
}

export const blockStyles: readonly BlockStyle[] = [
  {
    id: 'body',
    isActive: (editor) => editor.isActive('paragraph'),
    apply: (editor) => editor.commands.setParagraph(),
  },
  heading(1),
  heading(2),
  heading(3),
];

function format(id: string, keys: string, icon: readonly string[], toggle: (editor: Editor) => boolean): FormatCommand {
  return { id, keys, icon, toggle, isActive: (editor) => editor.isActive(id) };
}

function heading(level: 1 | 2 | 3): BlockStyle {
  return {
    id: `heading${level}`,
    isActive: (editor) => editor.isActive('heading', { level }),
    apply: (editor) => editor.commands.setHeading({ level }),
  };
}
