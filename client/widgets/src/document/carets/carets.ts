import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import { safeColor } from '../../base/presence-colors.ts';
import { type CaretActivity, watchCarets } from './caret-activity.ts';
import { createCaretElement, findCarets, flipAtEdge } from './caret-element.ts';

/**
 * Carets and selections of other people. In place of Tiptap's extension, which doesn't say whose caret it draws (the
 * name shows while a caret moves, so it matters) and writes the `user` field of the awareness, which is the SDK's.
 */
export const Carets = Extension.create<{
  awareness: Awareness | null;
  /** As which part the page around a shadow root may style them; null where there is none. */
  part: string | null;
}>({
  name: 'carets',
  priority: 999,

  addOptions() {
    return { awareness: null, part: null };
  },

  addProseMirrorPlugins() {
    const { awareness, part } = this.options;
    if (awareness === null) return [];
    let activity: CaretActivity | null = null;

    return [
      new Plugin({
        key: new PluginKey('caretNames'),
        view: (view) => {
          const setNamed = (clientId: number, named: boolean) => {
            for (const caret of findCarets(view.dom, clientId)) {
              caret.classList.toggle('is-named', named);
              if (named) flipAtEdge(caret, view.dom);
            }
          };
          const watching = watchCarets({
            awareness,
            onMove: (clientId) => setNamed(clientId, true),
            onRest: (clientId) => setNamed(clientId, false),
          });
          activity = watching;
          return { destroy: () => watching.close() };
        },
      }),
      yCursorPlugin(awareness, {
        cursorBuilder: (user, clientId) => {
          const caret = createCaretElement(user, clientId, part);
          caret.classList.toggle('is-named', activity?.isFresh(clientId) ?? false);
          const flip = () => {
            const page = caret.closest('.ProseMirror');
            if (page !== null) flipAtEdge(caret, page);
          };
          // Where it stands is known once the editor has put it there.
          requestAnimationFrame(flip);
          caret.addEventListener('pointerenter', flip);
          return caret;
        },
        selectionBuilder: (user) => ({
          class: 'ProseMirror-yjs-selection',
          style: `--person: ${safeColor(user.color)}`,
        }),
      }),
    ];
  },
});
