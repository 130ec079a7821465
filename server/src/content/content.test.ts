import { initProseMirrorDoc } from '@tiptap/y-tiptap';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { parseContent, renderContent } from './content-formats.ts';
import { ContentError, type ContentNode, MAX_CONTENT_NODES } from './content-node.ts';
import { documentSchema } from './document-schema.ts';
import { readFragment } from './read-fragment.ts';
import { isSafeLink } from './safe-links.ts';
import { replaceFragment } from './write-fragment.ts';

const ROOT = 'default';

function write(document: Y.Doc, format: 'json' | 'html' | 'markdown' | 'text', text: string): void {
  const node = parseContent(format, text);
  document.transact(() => replaceFragment(document, ROOT, node));
}

function documentWith(format: 'json' | 'html' | 'markdown' | 'text', text: string): Y.Doc {
  const document = new Y.Doc();
  write(document, format, text);
  return document;
}

const htmlOf = (format: 'html' | 'markdown' | 'json', text: string): string =>
  renderContent('html', parseContent(format, text).toJSON() as ContentNode);

const markdownOf = (html: string): string =>
  renderContent('markdown', parseContent('html', html).toJSON() as ContentNode);

function countUpdates(document: Y.Doc, act: () => void): number {
  let updates = 0;
  const count = (): void => {
    updates += 1;
  };
  document.on('update', count);
  act();
  document.off('update', count);
  return updates;
}

/** Texts that HTML keeps as they are: it takes white space for layout. */
const words = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(' ').replace(/\s+/g, ' ').trim() || 'x');
const marks = fc.subarray(['bold', 'italic', 'strike', 'underline']).map((types) => types.map((type) => ({ type })));
const line = fc
  .array(fc.record({ text: words, marks }), { minLength: 1, maxLength: 3 })
  .map((pieces) =>
    pieces.map(({ marks: some, text }) => ({ type: 'text', text, ...(some.length > 0 ? { marks: some } : {}) })),
  );
const paragraph = line.map((content) => ({ type: 'paragraph', content }));
const blocks: fc.Arbitrary<ContentNode> = fc.letrec<{ block: ContentNode }>((tie) => {
  const inner = fc.array(tie('block'), { minLength: 1, maxLength: 2, depthIdentifier: 'block' });
  const item = (type: string, attrs: object = {}) =>
    fc.tuple(paragraph, inner).map(([first, rest]) => ({ type, ...attrs, content: [first, ...rest] }));
  return {
    block: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'block' },
      paragraph,
      fc
        .tuple(line, fc.integer({ min: 1, max: 3 }))
        .map(([content, level]) => ({ type: 'heading', attrs: { level }, content })),
      fc.constant({ type: 'horizontalRule' }),
      words.map((text) => ({ type: 'codeBlock', attrs: { language: 'ts' }, content: [{ type: 'text', text }] })),
      inner.map((content) => ({ type: 'blockquote', content })),
      fc.array(item('listItem'), { minLength: 1, maxLength: 2 }).map((content) => ({ type: 'bulletList', content })),
      fc
        .array(item('listItem'), { minLength: 1, maxLength: 2 })
        .map((content) => ({ type: 'orderedList', attrs: { start: 3 }, content })),
      fc
        .array(item('taskItem', { attrs: { checked: true } }), { minLength: 1, maxLength: 2 })
        .map((content) => ({ type: 'taskList', content })),
      inner.map((content) => ({
        type: 'table',
        content: [
          {
            type: 'tableRow',
            content: [
              { type: 'tableHeader', content },
              { type: 'tableCell', content },
            ],
          },
        ],
      })),
    ) as fc.Arbitrary<ContentNode>,
  };
}).block;
const texts = fc.array(blocks, { minLength: 1, maxLength: 4 }).map((content) => ({ type: 'doc', content }));

describe('rich text in a document', () => {
  it('[G3] is what the editor’s binding makes of it, which finds nothing to change', () => {
    void fc.assert(
      fc.property(texts, (text) => {
        const document = documentWith('json', JSON.stringify(text));
        let shown: unknown;
        expect(
          countUpdates(
            document,
            () => (shown = initProseMirrorDoc(document.getXmlFragment(ROOT), documentSchema).doc.toJSON()),
          ),
        ).toBe(0);
        expect(shown).toEqual(parseContent('json', JSON.stringify(text)).toJSON());
      }),
      { numRuns: 60 },
    );
  });

  it.each(['json', 'html'] as const)(
    'comes back as it is, written out and read in as %s: nothing of it is touched',
    (format) => {
      void fc.assert(
        fc.property(texts, (text) => {
          const document = documentWith('json', JSON.stringify(text));
          const out = renderContent(format, readFragment(document, ROOT));
          expect(
            countUpdates(document, () => write(document, format, out)),
            out,
          ).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('is written as Markdown and as text, whatever it is', () => {
    void fc.assert(
      fc.property(texts, (text) => {
        const content = readFragment(documentWith('json', JSON.stringify(text)), ROOT);
        parseContent('markdown', renderContent('markdown', content)).check();
        expect(renderContent('text', content)).toMatch(/^$|\n$/);
      }),
      { numRuns: 60 },
    );
  });

  it('[G3] is read without a change, also where nobody has asked for it as a tree before', () => {
    const document = new Y.Doc();
    Y.applyUpdate(document, Y.encodeStateAsUpdate(documentWith('markdown', '# Hello\n')));
    const before = document.share.get(ROOT);
    expect(readFragment(document, ROOT).content).toHaveLength(1);
    expect(document.share.get(ROOT)).toBe(before);
    expect(readFragment(new Y.Doc(), ROOT)).toEqual({ type: 'doc' });
  });

  it('changes where it is another, and stays where it is the same', () => {
    const document = documentWith('text', 'one\ntwo\nthree\nfour\n');
    const [one, , , four] = document.getXmlFragment(ROOT).toArray();
    write(document, 'text', 'one\n2\nfour\n');
    const now = document.getXmlFragment(ROOT).toArray();
    expect([now.length, now[0], now[2]]).toEqual([3, one, four]);
  });

  it('[G3] that somebody else’s schema knows is given out with what is in it, and called so where there is no word for it', () => {
    const document = new Y.Doc();
    const callout = new Y.XmlElement('callout');
    callout.insert(0, [new Y.XmlText('mind the gap')]);
    document.getXmlFragment(ROOT).insert(0, [callout]);
    const content = readFragment(document, ROOT);
    expect(renderContent('html', content)).toBe('<div>mind the gap</div>');
    expect(renderContent('text', content)).toBe('mind the gap\n');
    expect(() => renderContent('markdown', content)).toThrow(ContentError);
  });
});

describe('Markdown', () => {
  it.each([
    ['# One\n\n#### Four\n', '<h1>One</h1><h3>Four</h3>'],
    ['a **b *c*** `d` ~~e~~\n', '<p>a <strong>b </strong><strong><em>c</em></strong> <code>d</code> <s>e</s></p>'],
    [
      '- [x] done\n- [ ] open\n',
      '<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>done</p></li><li data-type="taskItem" data-checked="false"><p>open</p></li></ul>',
    ],
    ['- [x] done\n- other\n', '<ul><li><p>[x] done</p></li><li><p>other</p></li></ul>'],
    ['3. c\n4. d\n', '<ol start="3"><li><p>c</p></li><li><p>d</p></li></ol>'],
    ['```ts\nlet a;\n```\n', '<pre><code class="language-ts">let a;</code></pre>'],
    ['![a](https://x.example/y.png)\n', '<img src="https://x.example/y.png" alt="a">'],
    ['<script>alert(1)</script>\n', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['[x](javascript:alert(1))\n', '<p>[x](javascript:alert(1))</p>'],
    [
      '| a | b |\n| --- | --- |\n| 1 \\| 2 | 3 |\n',
      '<table><tbody><tr><th><p>a</p></th><th><p>b</p></th></tr><tr><td><p>1 | 2</p></td><td><p>3</p></td></tr></tbody></table>',
    ],
  ])('of %j is %s', (markdown, html) => {
    expect(htmlOf('markdown', markdown)).toBe(html);
  });

  it.each([
    ['<h2>Two</h2><p>a<br>b</p>', '## Two\n\na\\\nb\n'],
    ['<ul><li><p>a</p><ol><li><p>b</p></li></ol></li></ul>', '- a\n  1. b\n'],
    ['<pre>``` inside</pre>', '````\n``` inside\n````\n'],
    ['<p>1. not a list, *nor* <em>this</em> _one_</p>', '1\\. not a list, \\*nor\\* *this* \\_one\\_\n'],
    ['<p><a href="https://x.example/a(b)" title="t">x</a></p>', '[x](https://x.example/a%28b%29 "t")\n'],
    ['<table><tr><td>a|b</td><td><p>c</p><p>d</p></td></tr></table>', '| a\\|b | c d |\n| --- | --- |\n'],
  ])('is written for %s', (html, markdown) => {
    expect(markdownOf(html)).toBe(markdown);
  });
});

describe('HTML', () => {
  it.each([
    ['plain', '<p>plain</p>'],
    ['<div>a</div><div>b <b>c</b></div>', '<p>a</p><p>b <strong>c</strong></p>'],
    ['<ul><li>a<ul><li>b</ul></ul>', '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>'],
    ['<p>a <!-- b --><style>c</style><svg>d</svg> e</p>', '<p>a e</p>'],
    ['<pre>a<br>b</pre>', '<pre><code>a\nb</code></pre>'],
    ['<td>loose', '<table><tbody><tr><td><p>loose</p></td></tr></tbody></table>'],
    [
      '<table><tr><td colspan=2>a<td rowspan="x">b</table>',
      '<table><tbody><tr><td colspan="2"><p>a</p></td><td><p>b</p></td></tr></tbody></table>',
    ],
    ['<p>a<img src="x.png" width=5>b</p>', '<p>a</p><img src="x.png" width="5"><p>b</p>'],
    ['<p><a href="java&#10;script:alert(1)" onclick="x">a</a></p>', '<p>a</p>'],
    ['', '<p></p>'],
  ])('of %j is %s', (html, expected) => {
    expect(htmlOf('html', html)).toBe(expected);
  });

  it.each([
    '<div>'.repeat(100_000),
    '<b><p>'.repeat(20_000),
    `<table>${'<tr>'.repeat(30_000)}`,
    '<a href=x>'.repeat(30_000),
  ])('[G4] that would take longer than it has bytes is refused (%#)', (html) => {
    expect(() => parseContent('html', html)).toThrow(ContentError);
  });
});

describe('JSON', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? { type: 'paragraph' } : { type: 'blockquote', content: [nested(depth - 1)] };

  it.each([
    ['of no node', 'null'],
    ['deeper than anybody writes', JSON.stringify({ type: 'doc', content: [nested(100)] })],
    ['with an attribute of another kind', '{"type":"doc","content":[{"type":"heading","attrs":{"level":"9"}}]}'],
    ['with an attribute that is no word', '{"type":"doc","content":[{"type":"image","attrs":{"src":{"x":1}}}]}'],
    ['with an address that runs', '{"type":"doc","content":[{"type":"image","attrs":{"src":"javascript:x"}}]}'],
    ['with an empty text', '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":""}]}]}'],
    [
      'with half a letter',
      '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"\\ud800"}]}]}',
    ],
    [
      'with an unknown mark',
      '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"x"}]}]}]}',
    ],
  ])('[G3] %s is refused: an editor would take away what it does not know', (_, json) => {
    expect(() => parseContent('json', json)).toThrow(ContentError);
  });

  it('brings no comments: a copy of commented text is not commented on', () => {
    const marked = { type: 'text', text: 'a', marks: [{ type: 'comment', attrs: { thread: 'x' } }, { type: 'bold' }] };
    const text = { type: 'doc', content: [{ type: 'paragraph', content: [marked] }] };
    expect(htmlOf('json', JSON.stringify(text))).toBe('<p><strong>a</strong></p>');
    expect(renderContent('json', readFragment(documentWith('json', JSON.stringify(text)), ROOT))).not.toContain(
      'comment',
    );
  });

  it(`[G4] has at most ${MAX_CONTENT_NODES} pieces`, () => {
    const content = Array.from({ length: MAX_CONTENT_NODES }, () => ({ type: 'paragraph' }));
    expect(() => parseContent('json', JSON.stringify({ type: 'doc', content }))).toThrow(ContentError);
  });
});

describe('a link', () => {
  it.each([
    'https://x.example',
    'mailto:a@x.example',
    '/here',
    '#there',
    'x.png',
    '//x.example',
    'a:b'.replace('a', ''),
  ])('may be %s', (address) => expect(isSafeLink(address)).toBe(true));

  it.each([
    'javascript:x',
    ' JavaScript:x',
    'java\nscript:x',
    '\u0000javascript:x',
    'data:text/html,x',
    'vbscript:x',
    'file:///x',
  ])('may not be %j', (address) => expect(isSafeLink(address)).toBe(false));
});

describe('[G4] what anybody may have put into a document', () => {
  const markdownFor = (...content: ContentNode[]): string => renderContent('markdown', { type: 'doc', content });
  const paragraphOf = (text: string, ...types: string[]): ContentNode => ({
    type: 'paragraph',
    content: [{ type: 'text', text, marks: types.map((type) => ({ type })) }],
  });

  it('is written as Markdown however long its gaps are', () => {
    const text = `a${' '.repeat(300_000)}b`;
    expect(markdownFor(paragraphOf(text, 'bold'))).toMatch(/^\*\*a {200}b\*\*\n$/);
    const cell = { type: 'tableCell', content: [paragraphOf(text)] };
    expect(markdownFor({ type: 'table', content: [{ type: 'tableRow', content: [cell] }] })).toMatch(/^\| a {200}b \|/);
  });

  it('is written as Markdown however many backticks it has', () => {
    const code = '` '.repeat(300_000);
    const text = markdownFor({ type: 'codeBlock', content: [{ type: 'text', text: code }] }, paragraphOf(code, 'code'));
    expect(text).toContain(code);
  });

  it('leads nowhere where a link would run a script', () => {
    const marks = [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }];
    expect(markdownFor({ type: 'paragraph', content: [{ type: 'text', text: 'here', marks }] })).toBe('here\n');
  });
});
