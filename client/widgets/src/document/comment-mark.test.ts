import { commentAttribute } from '@quire/client/comment-attribute';
import { getSchema } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { EditorState, type Transaction } from '@tiptap/pm/state';
import { initProseMirrorDoc, updateYFragment, ySyncPluginKey } from '@tiptap/y-tiptap';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { CONTENT_FRAGMENT, documentExtensions } from './index.ts';

const schema = getSchema(documentExtensions());

type Delta = { readonly insert: string; readonly attributes?: Readonly<Record<string, unknown>> }[];

/** A document with one block of text, in which threads are anchored as the server does it. */
function createCommented(
  block: { readonly name: string; readonly text: string; readonly formats?: Record<string, unknown> },
  anchors: readonly { readonly thread: string; readonly from: number; readonly to: number }[],
): { doc: Y.Doc; text: Y.XmlText } {
  const doc = new Y.Doc();
  const element = new Y.XmlElement(block.name);
  const text = new Y.XmlText();
  element.insert(0, [text]);
  doc.getXmlFragment(CONTENT_FRAGMENT).insert(0, [element]);
  text.insert(0, block.text, block.formats ?? {});
  for (const { thread, from, to } of anchors) text.format(from, to - from, { [commentAttribute(thread)]: { thread } });
  return { doc, text };
}

function show(doc: Y.Doc): ReturnType<typeof initProseMirrorDoc> {
  return initProseMirrorDoc(doc.getXmlFragment(CONTENT_FRAGMENT), schema);
}

/** As the editor's binding brings an edit into the document. */
function edit(doc: Y.Doc, change: (transaction: Transaction) => void): void {
  const { doc: shown, meta } = show(doc);
  const { tr } = EditorState.create({ doc: shown });
  change(tr);
  doc.transact(() => updateYFragment(doc, doc.getXmlFragment(CONTENT_FRAGMENT), tr.doc, meta), ySyncPluginKey);
}

/** Which threads each piece of the text belongs to. */
function threadsOf(text: Y.XmlText): unknown[] {
  return (text.toDelta() as Delta).map(({ insert, attributes = {} }) => [
    insert,
    ...Object.values(attributes)
      .flatMap((value) => (typeof value === 'object' && value !== null && 'thread' in value ? [value.thread] : []))
      .sort(),
  ]);
}

function countFormats(doc: Y.Doc): number {
  const structs = [...doc.store.clients.values()].flat();
  return structs.filter((struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentFormat).length;
}

function marksIn(doc: Node): string[] {
  const marks: string[] = [];
  doc.descendants(
    (node) => void marks.push(...node.marks.map((mark) => `${mark.type.name} ${mark.attrs.thread ?? ''}`)),
  );
  return marks;
}

const plain = { name: 'paragraph', text: 'The quick fox' };
const overlapping = [
  { thread: 'one', from: 4, to: 9 },
  { thread: 'two', from: 6, to: 13 },
];

describe('the place of a comment', () => {
  test('[G3] is shown, also where two overlap, and showing it writes nothing', () => {
    const { doc } = createCommented(plain, overlapping);
    const before = Y.encodeStateAsUpdate(doc);
    expect(marksIn(show(doc).doc)).toEqual(['comment one', 'comment one', 'comment two', 'comment two']);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
  });

  test('[G3] stays when somebody edits beside it and in it, and grows with what is written in it', () => {
    const { doc, text } = createCommented(plain, overlapping);
    const formats = countFormats(doc);
    edit(doc, (tr) => tr.insertText('Oh. ', 1));
    edit(doc, (tr) => tr.insertText('XX', 13));
    edit(doc, (tr) => tr.insertText(' runs', tr.doc.content.size - 1));
    expect(threadsOf(text)).toEqual([['Oh. The '], ['qu', 'one'], ['icXXk', 'one', 'two'], [' fox', 'two'], [' runs']]);
    // The binding found everything as it would have written it itself.
    expect(countFormats(doc)).toBe(formats);
  });

  test('stays when other formats come and go over it', () => {
    const { doc, text } = createCommented(plain, overlapping);
    const { bold, code } = schema.marks;
    if (bold === undefined || code === undefined) throw new Error('the schema has lost its formats');
    edit(doc, (tr) => tr.addMark(1, 14, bold.create()));
    edit(doc, (tr) => tr.addMark(3, 8, code.create()));
    edit(doc, (tr) => tr.removeMark(1, 14, bold));
    const threads = threadsOf(text).map((piece) => (piece as string[]).slice(1));
    expect(threads.flat()).toEqual(expect.arrayContaining(['one', 'two']));
    expect(
      threadsOf(text)
        .map((piece) => (piece as string[])[0])
        .join(''),
    ).toBe(plain.text);
    edit(doc, (tr) => tr.removeMark(1, 14, code));
    expect(threadsOf(text)).toEqual([['The '], ['qu', 'one'], ['ick', 'one', 'two'], [' fox', 'two']]);
  });

  test.each([
    ['a block of code', { name: 'codeBlock', text: 'let it = be;' }],
    ['code in a line', { name: 'paragraph', text: 'let it = be;', formats: { code: {} } }],
    ['a heading', { name: 'heading', text: 'let it = be;' }],
  ])('[G3] may be in %s: nothing is lost', (_, block) => {
    const { doc, text } = createCommented(block, [{ thread: 'one', from: 4, to: 6 }]);
    expect(marksIn(show(doc).doc)).toContain('comment one');
    show(doc).doc.check();
    edit(doc, (tr) => tr.insertText('!', 1));
    expect(text.parent).not.toBeNull();
    expect(threadsOf(text)).toContainEqual(['it', 'one']);
    expect(
      text
        .toDelta()
        .map(({ insert }: { insert: string }) => insert)
        .join(''),
    ).toBe('!let it = be;');
  });

  test('is called by the server as the editor calls it', () => {
    const { doc, text } = createCommented(plain, []);
    const comment = schema.marks.comment;
    if (comment === undefined) throw new Error('the schema has no comments');
    edit(doc, (tr) => tr.addMark(5, 10, comment.create({ thread: 'Zx_9-q' })));
    const names = (text.toDelta() as Delta).flatMap(({ attributes = {} }) => Object.keys(attributes));
    expect(names).toEqual([commentAttribute('Zx_9-q')]);
  });
});
