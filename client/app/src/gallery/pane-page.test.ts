import { expect, test } from 'vitest';
import { type Example, writeExample, writePanePage } from './pane-page.ts';

const example: Example = {
  origin: 'https://quire.example',
  document: 'gallery/chat',
  person: { name: 'Ada', color: '#7c3aed' },
  token: null,
  markup: '<quire-chat></quire-chat>',
};

test('an example is a script, a room, and in it the element', () => {
  expect(writeExample(example)).toBe(`<script
  type="module"
  src="https://quire.example/widgets/quire.js"
></script>

<quire-room
  server="https://quire.example"
  document="gallery/chat"
  name="Ada"
  color="#7c3aed"
>
  <quire-chat></quire-chat>
</quire-room>`);
});

test('the page of a pane runs the very example', () => {
  expect(writePanePage(example, '/pane.css')).toContain(`<body>\n${writeExample(example)}\n</body>`);
});

test('what an element is told of its person is told of whoever’s page it is', () => {
  const markup = '<quire-notifications person="{person}"></quire-notifications>';
  expect(writeExample({ ...example, markup })).toContain('<quire-notifications person="ada">');
  const ben = { name: 'Ben', color: '#0c7079' };
  expect(writeExample({ ...example, markup, person: ben })).toContain('<quire-notifications person="ben">');
});

test('whatever stands in an attribute stays in it', () => {
  const { length } = writeExample(example).split('\n');
  const written = writeExample({ ...example, person: { name: '"><b> & "', color: '#000000' }, token: 'a"b' });
  expect(written).toContain('name="&quot;>&lt;b> &amp; &quot;"');
  expect(written).toContain('  token="a&quot;b"');
  expect(written.split('\n')).toHaveLength(length + 1);
});
