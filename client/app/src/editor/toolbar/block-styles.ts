import type { Editor } from '@tiptap/react';

export interface BlockStyle {
  readonly id: string;
  readonly label: string;
  readonly keys: string;
  readonly isActive: (editor: Editor) => boolean;
  readonly apply: (editor: Editor) => boolean;
}

export const blockStyles: readonly BlockStyle[] = [
  {
    id: 'body',
    label: 'Body text',
    keys: 'Mod-Alt-0',
    isActive: (editor) => editor.isActive('paragraph'),
    apply: (editor) => editor.commands.setParagraph(),
  },
  heading(1),
  heading(2),
  heading(3),
];

function heading(level: 1 | 2 | 3): BlockStyle {
  return {
    id: `heading-${level}`,
    label: `Heading ${level}`,
    keys: `Mod-Alt-${level}`,
    isActive: (editor) => editor.isActive('heading', { level }),
    apply: (editor) => editor.commands.setHeading({ level }),
  };
}
