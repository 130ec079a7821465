import { expect, test } from 'vitest';
import { buildHtmlCopy, fileNameFor } from './copy-of-document.ts';

test('a copy holds the title and the text, and a title cannot break out of it', () => {
  const copy = buildHtmlCopy('a </title><script>x</script> & "b"', '<p>Hello</p>');
  expect(copy).toContain('<p>Hello</p>');
  expect(copy).not.toContain('<script>');
  expect(copy).toContain('a &lt;/title&gt;&lt;script&gt;x&lt;/script&gt; &amp; &quot;b&quot;');
});

test.each([
  ['Harbour bridge: works plan', 'Harbour bridge works plan.html'],
  ['../../etc/passwd', 'etc passwd.html'],
  ['  ', 'document.html'],
  ['...', 'document.html'],
  ['Kovač\n2026', 'Kovač 2026.html'],
  ['x'.repeat(200), `${'x'.repeat(80)}.html`],
])('the copy of “%s” is the file “%s”', (title, file) => {
  expect(fileNameFor(title)).toBe(file);
});
