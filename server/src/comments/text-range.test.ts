import { commentAttribute } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ApiError } from '../problems.ts';
import { markThread, unmarkThread } from './anchor-marks.ts';
import type { SharedType } from './shape-root.ts';
import { assertRange, findTextRange, MAX_ANCHORED_LENGTH, quoteOf } from './text-range.ts';

const encode = (position: Y.RelativePosition): string =>
  Buffer.from(Y.encodeRelativePosition(position)).toString('base64');

/** A place as an editor binding names it: by the character before or after it. */
function at(type: SharedType, index: number, assoc = 0): string {
  return encode(Y.createRelativePositionFromTypeIndex(type, index, assoc));
}

function paragraph(...texts: readonly string[]): Y.XmlElement {
  const element = new Y.XmlElement('paragraph');
  element.insert(
    0,
    texts.flatMap((text, index) => [...(index > 0 ? [new Y.XmlElement('hardBreak')] : []), new Y.XmlText(text)]),
  );
  return element;
}

/** A page of the app: two paragraphs, a quote with one in it, and an image. */
function createPage(): { doc: Y.Doc; texts: Y.XmlText[]; fragment: Y.XmlFragment } {
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('default');
  const quote = new Y.XmlElement('blockquote');
  quote.insert(0, [paragraph('quoted')]);
  fragment.insert(0, [paragraph('one', 'two'), paragraph('three'), new Y.XmlElement('image'), quote]);
  const texts = [...fragment.createTreeWalker((node) => node instanceof Y.XmlText)] as Y.XmlText[];
  return { doc, texts, fragment };
}

/** As the server sees it: nobody has said there what the roots are. */
function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

function quote(doc: Y.Doc, start: string, end: string): string {
  const copy = copyOf(doc);
  assertRange(copy, { start, end });
  return quoteOf(findTextRange(copy, { start, end }));
}

function codeOf(find: () => unknown): string {
  try {
    find();
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  return 'found';
}

describe('a range of text', () => {
  it('lies within a paragraph, across several, and across what is no text', () => {
    const { doc, texts } = createPage();
    const [one, two, three, quoted] = texts as [Y.XmlText, Y.XmlText, Y.XmlText, Y.XmlText];
    expect(quote(doc, at(three, 1), at(three, 4))).toBe('hre');
    expect(quote(doc, at(three, 1, -1), at(three, 5, -1))).toBe('hree');
    expect(quote(doc, at(one, 1), at(two, 2))).toBe('ne tw');
    expect(quote(doc, at(two, 1), at(quoted, 3))).toBe('wo three quo');
    expect(quote(doc, at(one, 3), at(three, 0))).toBe('two');
  });

  it('may begin and end between paragraphs, as a selection of all does', () => {
    const { doc, fragment, texts } = createPage();
    expect(quote(doc, at(fragment, 0), at(fragment, 4))).toBe('one two three quoted');
    expect(quote(doc, at(fragment, 1), at(fragment, 2))).toBe('three');
    expect(quote(doc, at(texts[1] as Y.XmlText, 0), at(fragment, 3))).toBe('two three');
  });

  it('lies in any shared text: a root, or one in a map', () => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'plain words');
    const block = new Y.Text('in a block');
    doc.getMap('blocks').set('first', new Y.Map([['text', block]]));
    expect(quote(doc, at(doc.getText('body'), 6), at(doc.getText('body'), 11))).toBe('words');
    expect(quote(doc, at(block, 5), at(block, 10))).toBe('block');
  });

  it('is where its characters are, whatever was written since', () => {
    const { doc, texts } = createPage();
    const three = texts[2] as Y.XmlText;
    const [start, end] = [at(three, 1), at(three, 4)];
    three.insert(2, 'XX');
    three.insert(0, 'before ');
    three.delete(three.length - 1, 1);
    expect(quote(doc, start, end)).toBe('hXXre');
  });

  it('[G4] has limits, and holds at least one character', () => {
    const { doc, texts, fragment } = createPage();
    const [one, two] = texts as [Y.XmlText, Y.XmlText];
    const refused = (start: string, end: string) => codeOf(() => quote(doc, start, end));
    expect(refused(at(one, 1), at(one, 1))).toBe('anchor-refused');
    expect(refused(at(one, 2), at(one, 1))).toBe('anchor-refused');
    expect(refused(at(two, 1), at(one, 1))).toBe('anchor-refused');
    expect(refused(at(fragment, 2), at(fragment, 3))).toBe('anchor-refused');
    two.insert(0, 'x'.repeat(MAX_ANCHORED_LENGTH));
    expect(refused(at(one, 0), at(two, MAX_ANCHORED_LENGTH))).toBe('anchor-refused');
  });

  it('lies in one root, and in a text', () => {
    const { doc, texts } = createPage();
    const one = texts[0] as Y.XmlText;
    doc.getText('body').insert(0, 'elsewhere');
    doc.getArray('list').insert(0, [1, 2, 3]);
    doc.getMap('meta').set('title', 'Title');
    const refused = (start: string, end: string) => codeOf(() => quote(doc, start, end));
    expect(refused(at(one, 0), at(doc.getText('body'), 3))).toBe('anchor-refused');
    expect(refused(at(doc.getArray('list'), 0), at(doc.getArray('list'), 2))).toBe('anchor-refused');
    const end = encode(new Y.RelativePosition(null, 'meta', null, 0));
    expect(refused(end, end)).toBe('anchor-refused');
  });

  it('is not found where its characters are not there yet, or no longer', () => {
    const { doc, texts, fragment } = createPage();
    const three = texts[2] as Y.XmlText;
    const later = copyOf(doc);
    const theirs = later.getXmlFragment('default').get(1) as Y.XmlElement;
    (theirs.get(0) as Y.XmlText).insert(0, 'unsent ');
    const unsent = at(theirs.get(0) as Y.XmlText, 2);
    expect(codeOf(() => quote(doc, unsent, at(three, 3)))).toBe('unknown-position');
    const [start, end] = [at(three, 1), at(three, 3)];
    fragment.delete(1, 1);
    expect(codeOf(() => quote(doc, start, end))).toBe('unknown-position');
    const nowhere = encode(new Y.RelativePosition(null, 'no such root', null, 0));
    expect(codeOf(() => quote(doc, nowhere, nowhere))).toBe('unknown-position');
  });

  it.each(['', 'AA', '////', 'AAAAAAAA', 'not base64 at all!', Buffer.from([9, 1, 2]).toString('base64')])(
    'is made of positions, not of %j',
    (nonsense) => {
      const { doc, texts } = createPage();
      const code = codeOf(() => quote(doc, nonsense, at(texts[0] as Y.XmlText, 1)));
      expect(['bad-request', 'unknown-position']).toContain(code);
    },
  );
});

describe('a mark', () => {
  const marksOf = (text: Y.Text): unknown[] =>
    text.toDelta().map(({ insert, attributes = {} }: { insert: string; attributes?: object }) => [
      insert,
      ...Object.values(attributes)
        .map((value) => (value as { thread: string }).thread)
        .sort(),
    ]);

  it('is on the range and on nothing else, beside others and over them, and can be taken away', () => {
    const { doc, texts } = createPage();
    const copy = copyOf(doc);
    const fragment = copy.getXmlFragment('default');
    const [one, two, three] = [...fragment.createTreeWalker((node) => node instanceof Y.XmlText)] as Y.XmlText[];
    const [o, w, h] = texts as [Y.XmlText, Y.XmlText, Y.XmlText];
    markThread(findTextRange(copy, { start: at(o, 1), end: at(w, 1) }), 'first');
    markThread(findTextRange(copy, { start: at(o, 2), end: at(h, 2) }), 'second');
    expect([one, two, three].map((text) => marksOf(text as Y.XmlText))).toEqual([
      [['o'], ['n', 'first'], ['e', 'first', 'second']],
      [
        ['t', 'first', 'second'],
        ['wo', 'second'],
      ],
      [['th', 'second'], ['ree']],
    ]);
    unmarkThread(copy, 'first');
    expect([one, two].map((text) => marksOf(text as Y.XmlText))).toEqual([
      [['on'], ['e', 'second']],
      [['two', 'second']],
    ]);
    unmarkThread(copy, 'second');
    expect([one, two, three].map((text) => marksOf(text as Y.XmlText))).toEqual([[['one']], [['two']], [['three']]]);
    expect(fragment.toJSON()).toBe(createPage().fragment.toJSON());
  });

  it('is taken out of a root that nobody has named', () => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'words', { [commentAttribute('one')]: { thread: 'one' } });
    const copy = copyOf(doc);
    unmarkThread(copy, 'one');
    expect(copy.getText('body').toDelta()).toEqual([{ insert: 'words' }]);
  });

  it('that nobody has set is taken away by nothing', () => {
    const { doc } = createPage();
    const copy = copyOf(doc);
    let updates = 0;
    copy.on('update', () => {
      updates += 1;
    });
    unmarkThread(copy, 'one');
    expect(updates).toBe(0);
  });
});
