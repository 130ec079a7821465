import { labelFor, type RoomState, type RoomStatus } from '@quire/client';
import { expect, test } from 'vitest';
import { nextAnnouncement, silence } from './save-announcement.ts';

function status(state: RoomState, label = labelFor(state)): RoomStatus {
  return { state, label, loaded: true, unsaved: 0, retrying: false, canEdit: true, admissions: 1 };
}

/** What is said, in order: a live region speaks when its text changes to something. */
function listen(...states: (RoomState | RoomStatus)[]): string[] {
  const said: string[] = [];
  let current = silence;
  for (const state of states) {
    const next = nextAnnouncement(current, typeof state === 'string' ? status(state) : state);
    if (next.text !== current.text && next.text !== '') said.push(next.text);
    current = next;
  }
  return said;
}

const quietlySaved = status('saved', '');

test('opening, typing and saving are silent', () => {
  expect(listen('connecting', 'saved', 'saving', quietlySaved, 'saved', 'saving', 'saved')).toEqual([]);
});

test('the loss of the connection is said once, and that all is saved once it is', () => {
  expect(listen('saved', 'reconnecting', 'reconnecting', 'saving', quietlySaved, 'saved', 'saving', 'saved')).toEqual([
    'Reconnecting…',
    'Saved',
  ]);
});

test('a longer absence is said as such', () => {
  expect(listen('saved', 'reconnecting', 'offline', 'connecting', 'saved')).toEqual([
    'Reconnecting…',
    'Offline — will sync',
    'Saved',
  ]);
});

test('after a refusal, which has an alert of its own, "Saved" is said', () => {
  expect(listen('saved', 'cannot-save', 'saving', 'saved')).toEqual(['Saved']);
});

test('that a document may only be read is said', () => {
  expect(listen('connecting', 'view-only', 'view-only')).toEqual(['View only']);
});

test('a word is taken back as soon as it is no longer true', () => {
  const saved = nextAnnouncement({ text: '', inTrouble: true }, status('saved'));
  expect(saved.text).toBe('Saved');
  expect(nextAnnouncement(saved, status('saved')).text).toBe('Saved');
  expect(nextAnnouncement(saved, quietlySaved).text).toBe('');
  expect(nextAnnouncement(saved, status('saving')).text).toBe('');
});
