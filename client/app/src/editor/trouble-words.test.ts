import type { RoomStatus } from '@quire/client';
import { expect, test } from 'vitest';
import { describeTrouble } from './trouble-words.ts';

const refused: RoomStatus = {
  state: 'cannot-save',
  label: '',
  loaded: true,
  unsaved: 2,
  reason: 'the server’s disk refuses writes',
  canEdit: true,
  admissions: 1,
  retrying: true,
};

function say(status: Partial<RoomStatus>): string {
  const words = describeTrouble({ ...refused, ...status });
  return words === null ? '' : `${words.title} ${words.advice}`;
}

test('says nothing while all is well, or mends itself', () => {
  for (const state of ['connecting', 'saving', 'saved', 'offline', 'reconnecting', 'view-only'] as const) {
    expect(describeTrouble({ ...refused, state })).toBeNull();
  }
});

test('promises to send changes only while they are being sent again', () => {
  const promise = /are sent once/;
  expect(say({})).toMatch(promise);
  expect(say({ retrying: false })).not.toMatch(promise);
  expect(say({ canEdit: false })).not.toMatch(promise);
  expect(say({ state: 'gone', retrying: false })).not.toMatch(promise);
});

test('says what helps where the changes do not fit, and that they are offered again then', () => {
  const words = say({ retrying: false, canEdit: true });
  expect(words).toContain('Undo them, or delete something');
  expect(words).toContain('sent again by itself');
  expect(words).not.toContain('any more');
});

test('says of a final refusal that nothing more is sent, and offers the copy', () => {
  const words = say({ retrying: false, canEdit: false });
  expect(words).toContain('does not send them any more');
  expect(words).toContain('download a copy');
});

test('mentions changes of one’s own only where there are any', () => {
  const ownChanges = /your latest changes/i;
  for (const status of [{}, { retrying: false }, { state: 'gone', retrying: false }] as const) {
    expect(say(status)).toMatch(ownChanges);
    expect(say({ ...status, unsaved: 0 })).not.toMatch(ownChanges);
  }
});

test('gives the reason of a refusal', () => {
  expect(say({})).toContain(': the server’s disk refuses writes.');
  expect(say({ retrying: false })).toContain(': the server’s disk refuses writes.');
  expect(say({ retrying: false, unsaved: 0 })).toContain(': the server’s disk refuses writes.');
});

test('says to whom the server keeps out what lets them in', () => {
  for (const unsaved of [0, 2]) {
    const words = (refusal: string) => say({ retrying: false, canEdit: false, unsaved, refusal });
    expect(words('unauthorized')).toMatch(/ Open it from where you signed in, .+\.$/);
    expect(words('link-ended')).toMatch(/ Whoever owns it, .+ can let you in\.$/);
    expect(words('bad-frame')).toMatch(/ copy\.$| download it\.$/);
  }
});
