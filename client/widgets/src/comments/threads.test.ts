import type { Speaker, Thread } from '@quire/client';
import { expect, test } from 'vitest';
import { filterThreads, readFilter, rightsOf } from './threads.ts';

const mara = { id: 'u1', name: 'Mara' };
const tomas = { id: 'u2', name: 'Tomas' };

function speaker(id: string, role: Speaker['role']): Speaker {
  return { id, name: id, role };
}

test('threads are shown that are open, settled, or all of them, in their order', () => {
  const thread = (id: string, resolved: Thread['resolved']) => ({ id, resolved }) as Thread;
  const threads = [thread('a', null), thread('b', { by: mara, time: '' }), thread('c', null)];
  const shown = (filter: string | null) => filterThreads(threads, readFilter(filter)).map(({ id }) => id);
  expect(shown('open')).toEqual(['a', 'c']);
  expect(shown('resolved')).toEqual(['b']);
  expect(shown('all')).toEqual(['a', 'b', 'c']);
  for (const other of [null, '', 'mine']) expect(shown(other)).toEqual(['a', 'c']);
});

test('[G6] one changes one’s own comments; editors also withdraw those of others', () => {
  const none = { mayChange: false, mayWithdraw: false };
  const all = { mayChange: true, mayWithdraw: true };
  expect(rightsOf(mara, speaker('u1', 'commenter'), true)).toEqual(all);
  expect(rightsOf(tomas, speaker('u1', 'commenter'), true)).toEqual(none);
  for (const role of ['editor', 'owner'] as const) {
    expect(rightsOf(tomas, speaker('u1', role), true)).toEqual({ mayChange: false, mayWithdraw: true });
  }
});

test('[G6] nothing is anybody’s before it is known who they are, or where they may not comment', () => {
  const none = { mayChange: false, mayWithdraw: false };
  expect(rightsOf(mara, null, true)).toEqual(none);
  expect(rightsOf(mara, speaker('u1', 'reader'), false)).toEqual(none);
  expect(rightsOf(tomas, speaker('u1', 'editor'), false)).toEqual(none);
});
