import { Extension } from '@tiptap/core';
import type { Transaction } from '@tiptap/pm/state';
import { ReplaceStep } from '@tiptap/pm/transform';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import { undoManagerOf } from './undo-manager.ts';

/** Longer than a few words; shorter than what one would be sorry to lose. */
export const MAX_STEP_MS = 3_000;

export type EditKind = 'type' | 'delete' | 'structure';

export interface UndoStep {
  readonly kind: EditKind;
  readonly startedAt: number;
}

/** Typing and deleting go together with their like; whatever else changes the document is undone by itself. */
export function classifyEdit(transaction: Transaction): EditKind {
  const step = transaction.steps[0];
  if (transaction.steps.length !== 1 || !(step instanceof ReplaceStep)) return 'structure';
  if (transaction.getMeta('paste') === true || transaction.getMeta('uiEvent') === 'drop') return 'structure';
  const { content, size } = step.slice;
  if (size === 0) return 'delete';
  return content.childCount === 1 && content.firstChild?.isText === true ? 'type' : 'structure';
}

/** The step that an edit belongs to: the running one, or a new one. */
export function continueStep(running: UndoStep | null, kind: EditKind, now: number): UndoStep {
  const joins = running !== null && kind !== 'structure' && kind === running.kind;
  return joins && now - running.startedAt < MAX_STEP_MS ? running : { kind, startedAt: now };
}

/**
 * Splits what undo takes back. Yjs alone puts everything into one step until somebody pauses for half a second: a paragraph
 * typed without a pause would vanish at once.
 */
export const UndoSteps = Extension.create({
  name: 'undoSteps',

  onCreate() {
    const { editor } = this;
    let running: UndoStep | null = null;
    editor.on('beforeTransaction', ({ transaction }) => {
      // Other people's edits arrive as transactions of the binding, and one's own undo does, too.
      if (!transaction.docChanged || transaction.getMeta(ySyncPluginKey) !== undefined) return;
      const step = continueStep(running, classifyEdit(transaction), Date.now());
      if (step !== running) undoManagerOf(editor)?.stopCapturing();
      running = step;
    });
  },
});
