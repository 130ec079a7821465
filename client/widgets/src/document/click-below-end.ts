import { Extension } from '@tiptap/core';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';

/**
 * A click below a table, an image or a code block at the end gives a paragraph to go on in. This is done on the click and
 * not by keeping a paragraph there: that would write into the document of everybody who only opens it.
 */
export const ClickBelowEnd = Extension.create({
  name: 'clickBelowEnd',

  addProseMirrorPlugins() {
    return [
      new Plugin({
        key: new PluginKey('clickBelowEnd'),
        props: {
          handleDOMEvents: {
            mousedown: (view, event) => {
              const last = view.dom.lastElementChild;
              if (!view.editable || event.target !== view.dom || last === null) return false;
              if (event.clientY <= last.getBoundingClientRect().bottom) return false;
              const { doc, schema, tr } = view.state;
              const paragraph = schema.nodes.paragraph;
              if (doc.lastChild?.type === paragraph || paragraph === undefined) return false;
              event.preventDefault();
              const end = doc.content.size;
              tr.insert(end, paragraph.create());
              view.dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).scrollIntoView());
              view.focus();
              return true;
            },
          },
        },
      }),
    ];
  },
});
