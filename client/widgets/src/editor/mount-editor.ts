import { Editor, Extension } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { Placeholder, Selection } from '@tiptap/extensions';
import type { Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import { h } from '../base/h.ts';
import type { Held } from '../base/held.ts';
import { Carets } from '../document/carets/carets.ts';
import { ClickBelowEnd } from '../document/click-below-end.ts';
import {
  CommentHighlights,
  findThread,
  type Highlights,
  showHighlights,
} from '../document/comments/comment-highlights.ts';
import { readSelectedText } from '../document/comments/read-selected-text.ts';
import type { SelectedText } from '../document/comments/selected-text.ts';
import { documentExtensions } from '../document/document-extensions.ts';
import { CONTENT_FRAGMENT } from '../document/document-fields.ts';
import { SharedText } from '../document/shared-text/shared-text.ts';
import { UndoSteps } from '../document/undo/undo-steps.ts';
import { createLinkForm } from './link-form.ts';
import { createToolbar, type Toolbar } from './toolbar.ts';

export interface EditorParts extends Held {
  readonly word: (key: string) => string;
  readonly readPlaceholder: () => string;
  readonly canEdit: () => boolean;
  readonly wantsToolbar: () => boolean;
  /** This person has changed the text. */
  readonly onInput: () => void;
  /** Somebody chose a comment in the text. */
  readonly onThread: (thread: string) => void;
}

export interface MountedEditor {
  readonly editor: Editor;
  /** What the element says of it may be another thing now. */
  update(): void;
  readSelection(): SelectedText | null;
  showThreads(highlights: Highlights): void;
  revealThread(thread: string): boolean;
  close(): void;
}

/** The editor in its element: the app's schema and bindings, in a shadow root. Fetched when the first such element is shown. */
export function mountEditor(parts: EditorParts): MountedEditor {
  const { room, root, word } = parts;
  allowRanges(root);
  const paper = h('div', { class: 'paper', part: 'content' });
  root.append(paper);

  let toolbar: Toolbar | null = null;
  const editor = new Editor({
    element: paper,
    extensions: [
      ...documentExtensions(),
      Collaboration.configure({ document: room.doc, field: CONTENT_FRAGMENT }),
      SharedText.configure({ document: room.doc }),
      Carets.configure({ awareness: room.awareness, part: 'caret' }),
      Placeholder.configure({ placeholder: parts.readPlaceholder, showOnlyWhenEditable: false }),
      Selection.configure({ className: 'resting-selection' }),
      CommentHighlights.configure({ onChoose: parts.onThread }),
      ClickBelowEnd,
      UndoSteps,
      Extension.create({
        name: 'widgetShortcuts',
        addKeyboardShortcuts: () => ({ 'Mod-k': () => openLink(), 'Alt-F10': () => enterToolbar() }),
      }),
    ],
    editable: parts.canEdit(),
    // A policy may allow no style elements.
    injectCSS: false,
    editorProps: {
      attributes: () => ({
        class: 'text',
        part: 'text',
        role: 'textbox',
        tabindex: '0',
        spellcheck: 'true',
        'aria-label': word('text'),
        'aria-multiline': 'true',
        'aria-readonly': String(!parts.canEdit()),
      }),
      handleClick: openLinkOnModClick,
    },
    onUpdate: ({ transaction }) => {
      if (isOwn(transaction)) parts.onInput();
    },
  });
  const link = createLinkForm(editor, word);
  paper.before(link.element);

  function openLink(): boolean {
    link.open();
    return true;
  }

  function enterToolbar(): boolean {
    toolbar?.focus();
    return toolbar !== null;
  }

  const update = () => {
    const canEdit = parts.canEdit();
    // With it go the attributes, which are asked for from then on, and the placeholder is drawn anew.
    editor.setEditable(canEdit, false);
    const isWanted = canEdit && parts.wantsToolbar();
    if (isWanted === (toolbar !== null)) return;
    toolbar?.close();
    toolbar?.element.remove();
    toolbar = isWanted ? createToolbar({ editor, word, onLink: openLink }) : null;
    if (toolbar !== null) root.prepend(toolbar.element);
    link.element.hidden = true;
  };
  update();

  return {
    editor,
    update,
    readSelection: () => readSelectedText(editor),
    showThreads: (highlights) => showHighlights(editor, highlights),
    revealThread(thread) {
      const position = findThread(editor.state.doc, thread);
      if (position === null) return false;
      const { node } = editor.view.domAtPos(position + 1);
      (node instanceof Element ? node : node.parentElement)?.scrollIntoView({ block: 'center' });
      return true;
    },
    close() {
      toolbar?.close();
      editor.destroy();
    },
  };
}

/**
 * The binding asks the root that its editor is in for ranges, and a shadow root makes none: a focused editor would then drop what
 * others write, and diverge.
 */
function allowRanges(root: ShadowRoot): void {
  const asked = root as ShadowRoot & { createRange?: () => Range };
  asked.createRange ??= () => document.createRange();
}

/** The binding's own transactions are other people's edits, but for those that this person undoes. */
function isOwn(transaction: Transaction): boolean {
  const meta: { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean } | undefined =
    transaction.getMeta(ySyncPluginKey);
  return meta?.isChangeOrigin !== true || meta.isUndoRedoOperation === true;
}

function openLinkOnModClick(view: EditorView, _position: number, event: MouseEvent): boolean {
  const [target] = event.composedPath();
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
  if (link === null || !view.editable || !(event.metaKey || event.ctrlKey)) return false;
  window.open(link.href, '_blank', 'noopener,noreferrer');
  return true;
}
