import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { NAME_SHOWN_MS, watchCarets } from './caret-activity.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function createPair() {
  const [mine, theirs] = [new Awareness(new Doc()), new Awareness(new Doc())];
  const show = (cursor: unknown) => {
    theirs.setLocalStateField('cursor', cursor);
    applyAwarenessUpdate(mine, encodeAwarenessUpdate(theirs, [theirs.clientID]), 'wire');
  };
  return { mine, theirs, show };
}

test('a caret carries its name for two seconds after each move', () => {
  const { mine, theirs, show } = createPair();
  const rested: number[] = [];
  const activity = watchCarets({ awareness: mine, onMove: () => undefined, onRest: (id) => rested.push(id) });
  show({ anchor: 1, head: 1 });
  expect(activity.isFresh(theirs.clientID)).toBe(true);
  vi.advanceTimersByTime(NAME_SHOWN_MS - 1);
  show({ anchor: 2, head: 2 });
  vi.advanceTimersByTime(NAME_SHOWN_MS - 1);
  expect(rested).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rested).toEqual([theirs.clientID]);
  expect(activity.isFresh(theirs.clientID)).toBe(false);
  activity.close();
});

test('a state that is sent again without a move, and my own, move nothing', () => {
  const { mine, theirs, show } = createPair();
  const moved: number[] = [];
  const activity = watchCarets({ awareness: mine, onMove: (id) => moved.push(id), onRest: () => undefined });
  show({ anchor: 1, head: 1 });
  theirs.setLocalStateField('user', { name: 'Tomas' });
  show({ anchor: 1, head: 1 });
  mine.setLocalStateField('cursor', { anchor: 3, head: 3 });
  expect(moved).toEqual([theirs.clientID]);
  activity.close();
});

test('whoever leaves the text, or a watcher that is closed, leaves no timer', () => {
  const { mine, theirs, show } = createPair();
  const before = vi.getTimerCount();
  const activity = watchCarets({ awareness: mine, onMove: () => undefined, onRest: () => undefined });
  show({ anchor: 1, head: 1 });
  expect(vi.getTimerCount()).toBe(before + 1);
  show(null);
  expect(vi.getTimerCount()).toBe(before);
  show({ anchor: 1, head: 1 });
  activity.close();
  expect(vi.getTimerCount()).toBe(before);
  expect(activity.isFresh(theirs.clientID)).toBe(false);
});
