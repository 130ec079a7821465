import { getSchema } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { EditorState, type Transaction } from '@tiptap/pm/state';
import { initProseMirrorDoc, updateYFragment, ySyncPluginKey } from '@tiptap/y-tiptap';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { CONTENT_FRAGMENT, documentExtensions } from '../index.ts';
import { keepTextInBlocks, textBlocksOf } from './shared-text.ts';

const schema = getSchema(documentExtensions());

/** A window on a document, bound to it by the functions that the editor's binding is made of. */
class Writer {
  readonly doc = new Y.Doc();
  readonly fragment = this.doc.getXmlFragment(CONTENT_FRAGMENT);
  #view = initProseMirrorDoc(this.fragment, schema);

  constructor() {
    onTestFinished(keepTextInBlocks(this.doc, textBlocksOf(schema)));
  }

  get content(): Node {
    return this.#view.doc;
  }

  get blocks(): Y.XmlElement[] {
    return this.fragment.toArray().filter((child) => child instanceof Y.XmlElement);
  }

  edit(change: (transaction: Transaction) => void, { addToHistory = true } = {}): void {
    const { tr } = EditorState.create({ doc: this.content });
    change(tr);
    this.doc.transact((transaction) => {
      transaction.meta.set('addToHistory', addToHistory);
      updateYFragment(this.doc, this.fragment, tr.doc, this.#view.meta);
    }, ySyncPluginKey);
    this.#view.doc = tr.doc;
  }

  /** Writes at the end of the last block. */
  type(text: string): void {
    this.edit((tr) => tr.insertText(text, tr.doc.content.size - 1));
  }

  pressEnter(): void {
    this.edit((tr) => tr.split(tr.doc.content.size - 1));
  }

  /** Shows what undo or somebody else has changed. */
  refresh(): void {
    this.#view = initProseMirrorDoc(this.fragment, schema);
  }

  receive(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, 'remote');
    this.refresh();
  }
}

/** Two windows on a document whose last paragraph is empty; `sync` carries over what each has not seen of the other. */
function openTogether(): { ada: Writer; ben: Writer; sync: () => void } {
  const ada = new Writer();
  const ben = new Writer();
  const sync = (): void => {
    const toBen = Y.encodeStateAsUpdate(ada.doc, Y.encodeStateVector(ben.doc));
    const toAda = Y.encodeStateAsUpdate(ben.doc, Y.encodeStateVector(ada.doc));
    ben.receive(toBen);
    ada.receive(toAda);
  };
  ada.edit((tr) => tr.insert(0, schema.node('paragraph', null, [schema.text('Together')])));
  ada.pressEnter();
  sync();
  return { ada, ben, sync };
}

const sorted = (text: string): string => [...text].sort().join('');
const childrenOf = (blocks: readonly Y.XmlElement[]): number[] => blocks.map((block) => block.length);

test('[G2] two who begin in the same empty paragraph lose and double no letter', () => {
  const { ada, ben, sync } = openTogether();
  const [left, right] = ['abcdefgh', 'klmnopqr'];
  for (const [index, letter] of [...left].entries()) {
    ada.type(letter);
    ben.type(right[index] ?? '');
    sync();
  }
  sync();
  expect(sorted(ada.content.textContent)).toBe(sorted(`Together${left}${right}`));
  expect(ben.content.toJSON()).toEqual(ada.content.toJSON());
});

test('[G2] two who begin in a new document lose no letter: each has a paragraph', () => {
  const [ada, ben] = [new Writer(), new Writer()];
  for (const [writer, letter] of [
    [ada, 'a'],
    [ben, 'b'],
  ] as const) {
    writer.edit((tr) => tr.insert(0, schema.node('paragraph', null, [schema.text(letter)])));
  }
  ada.receive(Y.encodeStateAsUpdate(ben.doc));
  ben.receive(Y.encodeStateAsUpdate(ada.doc));
  expect(ada.content.toJSON()).toEqual(ben.content.toJSON());
  expect(ada.content.childCount).toBe(2);
  expect(sorted(ada.content.textContent)).toBe('ab');
});

test('every text block that is made has its text at once, whatever it lies in', () => {
  const writer = new Writer();
  const paragraph = schema.node('paragraph');
  writer.edit((tr) =>
    tr.insert(0, [
      paragraph,
      schema.node('heading'),
      schema.node('codeBlock'),
      schema.node('horizontalRule'),
      schema.node('bulletList', null, [schema.node('listItem', null, [paragraph])]),
    ]),
  );
  const item = writer.blocks[4]?.get(0);
  expect(childrenOf(writer.blocks)).toEqual([1, 1, 1, 0, 1]);
  expect(item).toBeInstanceOf(Y.XmlElement);
  expect(item?.toString()).toBe('<listitem><paragraph></paragraph></listitem>');
  expect(((item as Y.XmlElement).get(0) as Y.XmlElement).get(0)).toBeInstanceOf(Y.XmlText);
});

test('a block whose last child goes has a text again', () => {
  const writer = new Writer();
  const mixed = [schema.text('one'), schema.node('hardBreak'), schema.text('two')];
  writer.edit((tr) => tr.insert(0, schema.node('paragraph', null, mixed)));
  expect(childrenOf(writer.blocks)).toEqual([3]);
  writer.edit((tr) => tr.delete(1, tr.doc.content.size - 1));
  expect(childrenOf(writer.blocks)).toEqual([1]);
  expect(writer.blocks[0]?.get(0)).toBeInstanceOf(Y.XmlText);
});

test('the first update that shows a block shows its text, too', () => {
  const { ada } = openTogether();
  const updates: Uint8Array[] = [];
  const before = Y.encodeStateAsUpdate(ada.doc);
  ada.doc.on('update', (update: Uint8Array) => updates.push(update));
  ada.type('x');
  ada.pressEnter();
  const reader = new Y.Doc();
  Y.applyUpdate(reader, before);
  const counts = updates.map((update) => {
    Y.applyUpdate(reader, update);
    const last = reader.getXmlFragment(CONTENT_FRAGMENT).toArray().at(-1);
    return last instanceof Y.XmlElement ? last.length : 0;
  });
  expect(ada.blocks).toHaveLength(3);
  expect(counts.length).toBeGreaterThan(1);
  expect(new Set(counts)).toEqual(new Set([1]));
});

test('nobody but the one who made a block gives it a text: what arrives, and what is opened, writes nothing', () => {
  const stranger = new Y.Doc();
  stranger.getXmlFragment(CONTENT_FRAGMENT).insert(0, [new Y.XmlElement('paragraph')]);
  const reader = new Writer();
  const written: unknown[] = [];
  reader.doc.on('update', (_update, origin) => {
    if (origin !== 'remote') written.push(origin);
  });
  reader.receive(Y.encodeStateAsUpdate(stranger));
  // What the binding does whenever the caret moves, and what it does on its own after somebody's edit.
  reader.edit(() => undefined, { addToHistory: false });
  expect(childrenOf(reader.blocks)).toEqual([0]);
  expect(written).toEqual([]);
  reader.doc.transact(() => reader.blocks[0]?.setAttribute('repaired', 'yes'), ySyncPluginKey);
  expect(childrenOf(reader.blocks)).toEqual([0]);
});

test('undo of a new paragraph takes its text along, in one step, and redo brings both back', () => {
  const { ada, ben, sync } = openTogether();
  const undo = new Y.UndoManager(ada.fragment, {
    trackedOrigins: new Set([ySyncPluginKey]),
    captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
  });
  onTestFinished(() => undo.destroy());
  ada.type('x');
  undo.stopCapturing();
  ada.pressEnter();
  expect(undo.undoStack).toHaveLength(2);
  undo.undo();
  ada.refresh();
  expect(ada.content.childCount).toBe(2);
  expect(ada.content.textContent).toBe('Togetherx');
  undo.redo();
  ada.refresh();
  expect(childrenOf(ada.blocks)).toEqual([1, 1, 1]);
  sync();
  expect(ben.content.toJSON()).toEqual(ada.content.toJSON());
});

test('the text of a block that undo may not have is kept from undo, too', () => {
  const writer = new Writer();
  const undo = new Y.UndoManager(writer.fragment, {
    trackedOrigins: new Set([ySyncPluginKey]),
    captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
  });
  onTestFinished(() => undo.destroy());
  writer.edit((tr) => tr.insert(0, schema.node('paragraph')), { addToHistory: false });
  expect(childrenOf(writer.blocks)).toEqual([1]);
  expect(undo.undoStack).toHaveLength(0);
});

test('closing it ends it', () => {
  const doc = new Y.Doc();
  const close = keepTextInBlocks(doc, new Set(['paragraph']));
  const add = (): number => {
    const paragraph = new Y.XmlElement('paragraph');
    doc.transact((transaction) => {
      transaction.meta.set('addToHistory', true);
      doc.getXmlFragment(CONTENT_FRAGMENT).push([paragraph]);
    }, ySyncPluginKey);
    return paragraph.length;
  };
  expect(add()).toBe(1);
  close();
  expect(add()).toBe(0);
});
