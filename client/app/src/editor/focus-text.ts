import type { Editor } from '@tiptap/react';

/**
 * Puts the caret into the text now. Tiptap's own command waits for the next frame, and whatever is typed before it goes to
 * where the focus was.
 */
export function focusText(editor: Editor, position?: 'start'): void {
  if (editor.isDestroyed) return;
  if (position === 'start') editor.commands.setTextSelection(1);
  editor.view.focus();
}
