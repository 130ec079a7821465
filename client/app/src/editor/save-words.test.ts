import { type RoomState, type RoomStatus, statusTable } from '@quire/client';
import { expect, test } from 'vitest';
import { describeSaveState } from './save-words.ts';

function status(state: RoomState): RoomStatus {
  const { label } = statusTable[state];
  return { state, label, loaded: true, unsaved: 0, retrying: false, canEdit: state === 'saved', admissions: 1 };
}

test('who may only read is told so, and who may comment is told that, too', () => {
  const { label, explanation } = statusTable['view-only'];
  expect(describeSaveState(status('view-only'), false)).toEqual({ label, explanation });
  expect(describeSaveState(status('view-only'), true).label).toBe('Comment only');
});

test('in every other state the SDK has the word, whoever may comment', () => {
  const { label, explanation } = statusTable.saved;
  expect(describeSaveState(status('saved'), true)).toEqual({ label, explanation });
});
