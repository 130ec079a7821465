import type { Editor } from '@tiptap/core';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { UndoManager } from 'yjs';

/** Yjs' own, which knows one's own edits from everybody else's. */
export function undoManagerOf(editor: Editor): UndoManager | undefined {
  return yUndoPluginKey.getState(editor.state)?.undoManager;
}
