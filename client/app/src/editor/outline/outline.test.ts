import { documentExtensions } from '@quire/widgets/document';
import { getSchema } from '@tiptap/core';
import { expect, test } from 'vitest';
import { indentOutline, keyOutline, readOutline } from './outline.ts';

const schema = getSchema(documentExtensions());

function heading(level: number, text: string) {
  return { type: 'heading', attrs: { level }, content: text === '' ? [] : [{ type: 'text', text }] };
}

test('the outline holds the headings with text, wherever they are, and where they start', () => {
  const doc = schema.nodeFromJSON({
    type: 'doc',
    content: [
      heading(1, 'Works plan'),
      { type: 'paragraph', content: [{ type: 'text', text: 'x' }] },
      heading(2, ' '),
      { type: 'blockquote', content: [heading(3, 'Quoted')] },
    ],
  });
  const outline = readOutline(doc);
  expect(outline.map(({ level, text }) => [level, text])).toEqual([
    [1, 'Works plan'],
    [3, 'Quoted'],
  ]);
  for (const { position, text } of outline) expect(doc.nodeAt(position)?.textContent).toBe(text);
});

test.each([
  [
    [1, 2, 2, 3, 1],
    [0, 1, 1, 2, 0],
  ],
  [
    [2, 3, 2],
    [0, 1, 0],
  ],
  [
    [1, 3, 3, 2],
    [0, 1, 1, 1],
  ],
  [
    [3, 1],
    [0, 0],
  ],
])('levels %j are indented by %j', (levels, indents) => {
  expect(indentOutline(levels.map((level) => ({ level, position: 0, text: 'x' })))).toEqual(indents);
});

test('two headings with the same words are two entries', () => {
  const headings = ['Notes', 'Plan', 'Notes'].map((text) => ({ text, level: 1, position: 0 }));
  expect(keyOutline(headings)).toEqual(['1 Notes', '1 Plan', '2 Notes']);
});
