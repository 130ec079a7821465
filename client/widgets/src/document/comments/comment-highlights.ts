import { COMMENT_MARK } from '@quire/client';
import type { Editor } from '@tiptap/core';
import { Extension } from '@tiptap/core';
import type { Mark, Node } from '@tiptap/pm/model';
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

/** Which threads show in the text. What else is marked belongs to threads that are settled, or that are gone. */
export interface Highlights {
  readonly threads: ReadonlySet<string>;
  /** The one that is being read. */
  readonly active: string | null;
}

interface Shown {
  readonly highlights: Highlights;
  readonly decorations: DecorationSet;
}

const nothing: Shown = { highlights: { threads: new Set(), active: null }, decorations: DecorationSet.empty };
const key = new PluginKey<Shown>('commentHighlights');

/** Shows where the threads of comments are, and tells which of them somebody clicks at. */
export const CommentHighlights = Extension.create<{ onChoose: (thread: string) => void }>({
  name: 'commentHighlights',

  addOptions() {
    return { onChoose: () => {} };
  },

  addProseMirrorPlugins() {
    const { onChoose } = this.options;
    return [
      new Plugin<Shown>({
        key,
        state: {
          init: () => nothing,
          apply(transaction, shown, _, { doc }) {
            const highlights: Highlights | undefined = transaction.getMeta(key);
            if (highlights === undefined && !transaction.docChanged) return shown;
            return decorate(doc, highlights ?? shown.highlights);
          },
        },
        props: {
          decorations: (state) => key.getState(state)?.decorations,
          handleClick(view, position) {
            const thread = threadAt(view.state, position);
            if (thread !== null) onChoose(thread);
            return false;
          },
        },
      }),
    ];
  },
});

export function showHighlights(editor: Editor, highlights: Highlights): void {
  if (editor.isDestroyed) return;
  editor.view.dispatch(editor.state.tr.setMeta(key, highlights).setMeta('addToHistory', false));
}

/** Where a thread begins in the text; null when what it was about is gone. */
export function findThread(doc: Node, thread: string): number | null {
  let found: number | null = null;
  doc.descendants((node, position) => {
    if (found === null && threadsOf(node.marks).includes(thread)) found = position;
    return found === null;
  });
  return found;
}

function decorate(doc: Node, highlights: Highlights): Shown {
  const { threads, active } = highlights;
  if (threads.size === 0) return { highlights, decorations: DecorationSet.empty };
  const decorations: Decoration[] = [];
  doc.descendants((node, position) => {
    const shown = threadsOf(node.marks).filter((thread) => threads.has(thread));
    if (shown.length === 0) return;
    const isActive = active !== null && shown.includes(active);
    const attributes = { class: isActive ? 'comment-highlight is-active' : 'comment-highlight' };
    decorations.push(Decoration.inline(position, position + node.nodeSize, attributes));
  });
  return { highlights, decorations: DecorationSet.create(doc, decorations) };
}

/** Of several any: each is in the panel. */
function threadAt(state: EditorState, position: number): string | null {
  const { threads } = key.getState(state)?.highlights ?? nothing.highlights;
  const node = state.doc.nodeAt(position);
  return threadsOf(node?.marks ?? []).find((thread) => threads.has(thread)) ?? null;
}

function threadsOf(marks: readonly Mark[]): string[] {
  return marks.filter((mark) => mark.type.name === COMMENT_MARK).map((mark) => String(mark.attrs.thread));
}
