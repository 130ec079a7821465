import type { Room } from '@quire/client';
import {
  Carets,
  ClickBelowEnd,
  CONTENT_FRAGMENT,
  CommentHighlights,
  documentExtensions,
  SharedText,
  UndoSteps,
} from '@quire/widgets/document';
import { Extension } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { Placeholder, Selection } from '@tiptap/extensions';
import type { EditorView } from '@tiptap/pm/view';
import { type Editor, type UseEditorOptions, useEditor } from '@tiptap/react';
import { useEffect, useMemo, useRef } from 'react';
import { measureCoveredTop } from './covered-top.ts';

interface DocumentEditorOptions {
  readonly room: Room;
  readonly canEdit: boolean;
  readonly onEditLink: () => void;
  readonly onLeaveText: () => void;
  readonly onComment: () => void;
  readonly onThread: (thread: string) => void;
}

/**
 * What may lie over the text, in pixels: what sticks above it, and on a phone the toolbar below. The editor scrolls within the
 * window, so it would leave the line that is being written beneath them.
 */
const covered = {
  get top() {
    return measureCoveredTop();
  },
  right: 0,
  bottom: 72,
  left: 0,
};

/** The editor of a loaded document: its schema, bound to the room. */
export function useDocumentEditor({ room, canEdit, ...callbacks }: DocumentEditorOptions): Editor {
  const latest = useRef({ canEdit, ...callbacks });
  latest.current = { canEdit, ...callbacks };

  const options = useMemo((): UseEditorOptions & { immediatelyRender: true } => {
    return {
      immediatelyRender: true,
      shouldRerenderOnTransaction: false,
      extensions: [
        ...documentExtensions(),
        Collaboration.configure({ document: room.doc, field: CONTENT_FRAGMENT }),
        SharedText.configure({ document: room.doc }),
        Carets.configure({ awareness: room.awareness }),
        Placeholder.configure({ placeholder: 'Start writing' }),
        Selection.configure({ className: 'resting-selection' }),
        CommentHighlights.configure({ onChoose: (thread) => latest.current.onThread(thread) }),
        ClickBelowEnd,
        UndoSteps,
        appShortcuts({
          'Mod-k': () => latest.current.onEditLink(),
          'Alt-F10': () => latest.current.onLeaveText(),
          'Mod-Alt-m': () => latest.current.onComment(),
        }),
      ],
      editable: latest.current.canEdit,
      // The policy allows no style elements; what Tiptap would inject is in document.css.
      injectCSS: false,
      editorProps: {
        attributes: () => ({
          id: 'document-text',
          class: 'document-text',
          role: 'textbox',
          tabindex: '0',
          spellcheck: 'true',
          'aria-label': 'Document text',
          'aria-multiline': 'true',
          'aria-readonly': String(!latest.current.canEdit),
        }),
        handleClick: openLinkOnModClick,
        scrollThreshold: covered,
        scrollMargin: covered,
      },
    };
  }, [room]);
  const editor = useEditor(options, [options]);

  useEffect(() => {
    if (editor.isEditable !== canEdit) editor.setEditable(canEdit, false);
  }, [editor, canEdit]);

  return editor;
}

function appShortcuts(actions: Record<string, () => void>) {
  return Extension.create({
    name: 'appShortcuts',
    addKeyboardShortcuts: () =>
      Object.fromEntries(
        Object.entries(actions).map(([keys, act]) => [
          keys,
          () => {
            act();
            return true;
          },
        ]),
      ),
  });
}

function openLinkOnModClick(view: EditorView, _position: number, event: MouseEvent): boolean {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
  if (link === null || !view.editable || !(event.metaKey || event.ctrlKey)) return false;
  window.open(link.href, '_blank', 'noopener,noreferrer');
  return true;
}
