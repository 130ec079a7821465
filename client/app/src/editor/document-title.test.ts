import { expect, test } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import { bindTitle } from './document-title.ts';

test('a title set on one side is heard on the other', () => {
  const [here, there] = [new Doc(), new Doc()];
  const heard: string[] = [];
  bindTitle(there).subscribe((title) => heard.push(title));
  bindTitle(here).set('Works plan');
  applyUpdate(there, encodeStateAsUpdate(here));
  expect(heard).toEqual(['Works plan']);
  expect(bindTitle(there).get()).toBe('Works plan');
});

test('[G3] reading or leaving a title as it is writes nothing', () => {
  const doc = new Doc();
  let updates = 0;
  doc.on('update', () => updates++);
  const title = bindTitle(doc);
  expect(title.get()).toBe('');
  title.set('');
  expect(updates).toBe(0);
  title.set('Plan');
  title.set('Plan');
  expect(updates).toBe(1);
});

test('a title that another program stored as something else is shown as none', () => {
  const doc = new Doc();
  doc.getMap('meta').set('title', 42);
  expect(bindTitle(doc).get()).toBe('');
});
