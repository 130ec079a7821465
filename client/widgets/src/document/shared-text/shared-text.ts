import { Extension } from '@tiptap/core';
import type { Schema } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import type { Doc, Transaction } from 'yjs';
import { fillTextBlocks, findEmptyTextBlocks } from './empty-text-blocks.ts';

/**
 * Gives every text block its `XmlText` from birth. The binding alone makes it with the first letter: two people who begin
 * in the same empty paragraph then make one each, both set about joining the two, and letters are lost or doubled.
 *
 * Only for what is written here (two clients would else add one each), and never for what was there before: opening a
 * document writes nothing. The text goes out in the same update as its block, since an update is encoded after the
 * listeners of its transaction, so no one ever has the block without it.
 *
 * Not covered: a block without text that some other program made, and text around a line break, where the binding itself
 * removes an empty `XmlText`.
 */
export function keepTextInBlocks(doc: Doc, textBlocks: ReadonlySet<string>): () => void {
  const fill = (transaction: Transaction): void => {
    if (isWrittenHere(transaction)) fillTextBlocks(doc, findEmptyTextBlocks(transaction, textBlocks), transaction);
  };
  doc.on('afterTransaction', fill);
  return () => doc.off('afterTransaction', fill);
}

/**
 * What the binding takes over from the editor says whether undo may have it. Its repairs after other people's edits have
 * the same origin and don't say: every client makes those.
 */
function isWrittenHere({ local, origin, meta }: Transaction): boolean {
  return local && origin === ySyncPluginKey && meta.has('addToHistory');
}

/** The names of a schema's nodes whose children are text. */
export function textBlocksOf(schema: Schema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.nodes)
      .filter((type) => type.isTextblock)
      .map((type) => type.name),
  );
}

export const SharedText = Extension.create<{ document: Doc | null }>({
  name: 'sharedText',

  addOptions() {
    return { document: null };
  },

  addProseMirrorPlugins() {
    const { document } = this.options;
    if (document === null) return [];
    return [
      new Plugin({
        key: new PluginKey('sharedText'),
        view: ({ state }) => ({ destroy: keepTextInBlocks(document, textBlocksOf(state.schema)) }),
      }),
    ];
  },
});
