import { describe, expect, test } from 'vitest';
import { renderMarkdown, replaceSection } from './markdown.ts';
import { renderPlain } from './plain-text.ts';

const table = [
  ['', 'a', 'b|c'],
  ['first', '1', '20'],
];

describe('tables', () => {
  test('become Markdown with figures to the right', () => {
    expect(renderMarkdown(table)).toBe('|  | a | b\\|c |\n| --- | ---: | ---: |\n| first | 1 | 20 |');
  });

  test('become columns in a terminal', () => {
    expect(renderPlain(table)).toBe('       a  b|c\n─────  ─  ───\nfirst  1   20');
  });
});

describe('generated sections', () => {
  const page = 'before\n<!-- results -->\nold\n<!-- /results -->\nafter\n';

  test('only what is between the markers is replaced, however often', () => {
    const once = replaceSection(page, 'results', 'new');
    expect(once).toBe('before\n<!-- results -->\n\nnew\n\n<!-- /results -->\nafter\n');
    expect(replaceSection(once, 'results', 'new')).toBe(once);
  });

  test('a page without the markers is left alone', () => {
    expect(() => replaceSection('nothing here', 'results', 'new')).toThrow(/results/);
  });
});
