import type { Editor } from '@tiptap/core';
import { getSchema } from '@tiptap/core';
import { EditorState } from '@tiptap/pm/state';
import type { DecorationSet } from '@tiptap/pm/view';
import { expect, test } from 'vitest';
import { documentExtensions } from '../index.ts';
import { CommentHighlights, findThread, showHighlights } from './comment-highlights.ts';

const schema = getSchema(documentExtensions());

function commented(text: string, ...threads: readonly string[]) {
  return schema.text(
    text,
    threads.map((thread) => schema.mark('comment', { thread })),
  );
}

/** "See one, both, two." with a thread on each, of which two overlap. */
function createEditor() {
  const paragraph = schema.node('paragraph', null, [
    schema.text('See '),
    commented('one', 'first'),
    commented(' both', 'first', 'second'),
    commented(' two', 'second'),
    commented(' old', 'settled'),
  ]);
  const add = CommentHighlights.config.addProseMirrorPlugins;
  const plugins = add?.call({ options: { onChoose: () => {} } } as never) ?? [];
  let state = EditorState.create({ doc: schema.node('doc', null, [paragraph]), plugins });
  const view = { dispatch: (transaction: Parameters<EditorState['apply']>[0]) => (state = state.apply(transaction)) };
  const editor = {
    isDestroyed: false,
    view,
    get state() {
      return state;
    },
  };
  const shown = (): [string, string][] => {
    const [plugin] = plugins;
    const decorations = plugin?.props.decorations?.call(plugin, state) as DecorationSet;
    return decorations.find().map(({ from, to, ...decoration }) => {
      const { attrs } = (decoration as unknown as { type: { attrs: { class: string } } }).type;
      return [state.doc.textBetween(from, to), attrs.class];
    });
  };
  return { editor: editor as unknown as Editor, shown };
}

const highlight = 'comment-highlight';

test('the text of open threads is shown, and of the one that is read most; of settled ones it is not', () => {
  const { editor, shown } = createEditor();
  expect(shown()).toEqual([]);
  showHighlights(editor, { threads: new Set(['first', 'second']), active: 'second' });
  expect(shown()).toEqual([
    ['one', highlight],
    [' both', `${highlight} is-active`],
    [' two', `${highlight} is-active`],
  ]);
});

test('it is shown where it is, whatever is written around it', () => {
  const { editor, shown } = createEditor();
  showHighlights(editor, { threads: new Set(['first']), active: null });
  editor.view.dispatch(editor.state.tr.insertText('Please ', 1));
  expect(shown()).toEqual([
    ['one', highlight],
    [' both', highlight],
  ]);
  expect(findThread(editor.state.doc, 'second')).toBe(editor.state.doc.textContent.indexOf(' both') + 1);
  expect(findThread(editor.state.doc, 'nobody’s')).toBeNull();
});
