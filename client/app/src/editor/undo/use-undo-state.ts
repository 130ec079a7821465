import { undoManagerOf } from '@quire/widgets/document';
import type { Editor } from '@tiptap/react';
import { useCallback, useSyncExternalStore } from 'react';

const stackEvents = ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const;

/**
 * Whether there is something of one's own to undo or redo. Asked of Yjs itself: its stacks still change after the editor's
 * last transaction event.
 */
export function useUndoState(editor: Editor): { canUndo: boolean; canRedo: boolean } {
  const subscribe = useCallback(
    (listener: () => void) => {
      const manager = undoManagerOf(editor);
      for (const event of stackEvents) manager?.on(event, listener);
      return () => {
        for (const event of stackEvents) manager?.off(event, listener);
      };
    },
    [editor],
  );
  const canUndo = useSyncExternalStore(subscribe, () => (undoManagerOf(editor)?.undoStack.length ?? 0) > 0);
  const canRedo = useSyncExternalStore(subscribe, () => (undoManagerOf(editor)?.redoStack.length ?? 0) > 0);
  return { canUndo, canRedo };
}
