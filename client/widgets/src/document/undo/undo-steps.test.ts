import { getSchema } from '@tiptap/core';
import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import { documentExtensions } from '../index.ts';
import { classifyEdit, continueStep, MAX_STEP_MS } from './undo-steps.ts';

const schema = getSchema(documentExtensions());

function createState(text: string): EditorState {
  const content = text === '' ? [] : [schema.text(text)];
  return EditorState.create({ doc: schema.node('doc', null, [schema.node('paragraph', null, content)]) });
}

test('typing, deleting and everything else are told apart', () => {
  const state = createState('Hello');
  const bold = schema.mark('bold');
  expect(classifyEdit(state.tr.insertText('!', 6))).toBe('type');
  expect(classifyEdit(state.tr.insertText('J', 1, 2))).toBe('type');
  expect(classifyEdit(state.tr.delete(5, 6))).toBe('delete');
  expect(classifyEdit(state.tr.split(3))).toBe('structure');
  expect(classifyEdit(state.tr.addMark(1, 4, bold))).toBe('structure');
  expect(classifyEdit(state.tr.insertText('pasted', 6).setMeta('paste', true))).toBe('structure');
});

test('typing goes on in the same step until it has lasted too long', () => {
  const first = continueStep(null, 'type', 1_000);
  expect(continueStep(first, 'type', 1_000 + MAX_STEP_MS - 1)).toBe(first);
  expect(continueStep(first, 'type', 1_000 + MAX_STEP_MS)).not.toBe(first);
});

test('deleting after typing, and each change of structure, is a step of its own', () => {
  const typing = continueStep(null, 'type', 0);
  expect(continueStep(typing, 'delete', 1)).toEqual({ kind: 'delete', startedAt: 1 });
  const structure = continueStep(typing, 'structure', 2);
  expect(continueStep(structure, 'structure', 3)).not.toBe(structure);
});
