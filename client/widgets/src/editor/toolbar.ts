import type { Editor } from '@tiptap/core';
import { h } from '../base/h.ts';
import { icon } from '../base/icon.ts';
import { roveFocus } from '../base/roving-focus.ts';
import { undoManagerOf } from '../document/undo/undo-manager.ts';
import { blockStyles, formatGroups } from './toolbar-commands.ts';

export interface Toolbar {
  readonly element: HTMLElement;
  focus(): void;
  close(): void;
}

interface ToolbarParts {
  readonly editor: Editor;
  readonly word: (key: string) => string;
  readonly onLink: () => void;
}

const undoIcon = ['M8 5 4 9l4 4', 'M4 9h9a6 6 0 0 1 0 12H9'];
const redoIcon = ['m16 5 4 4-4 4', 'M20 9h-9a6 6 0 0 0 0 12h4'];
const linkIcon = [
  'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2',
  'M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2',
];
const stackEvents = ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const;
/** What a paragraph is shown as that is none of the styles: a code block. */
const NO_STYLE = '';

/** The buttons above a text, which say what the text at the caret is and change it. */
export function createToolbar({ editor, word, onLink }: ToolbarParts): Toolbar {
  /** The text has the focus again before it changes, so that typing can go on at once. */
  const act = (change: (editor: Editor) => boolean) => {
    editor.view.focus();
    change(editor);
  };
  const button = (id: string, keys: string, paths: readonly string[], onPress: () => void) =>
    h(
      'button',
      {
        type: 'button',
        part: 'button',
        title: word(id),
        'aria-label': word(id),
        'aria-keyshortcuts': keys,
        // Keeps the focus in the text, and with it the keyboard of a phone.
        onmousedown: (event) => event.preventDefault(),
        onclick: onPress,
      },
      icon(...paths),
    );

  const undo = button('undo', 'Control+Z', undoIcon, () => act((current) => current.commands.undo()));
  const redo = button('redo', 'Control+Shift+Z', redoIcon, () => act((current) => current.commands.redo()));
  const style = h(
    'select',
    {
      part: 'style',
      'aria-label': word('style'),
      title: word('style'),
      onchange: () => {
        const chosen = blockStyles.find(({ id }) => id === style.value);
        if (chosen !== undefined) act(chosen.apply);
      },
    },
    ...blockStyles.map(({ id }) => h('option', { value: id }, word(id))),
    h('option', { value: NO_STYLE, hidden: true }, word('codeBlock')),
  );
  const formats = formatGroups.map((group) =>
    group.map((command) => ({
      command,
      element: button(command.id, command.keys, command.icon, () => act(command.toggle)),
    })),
  );
  const link = button('link', 'Control+K', linkIcon, onLink);

  const groups = [[undo, redo], [style], ...formats.map((group) => group.map(({ element }) => element)), [link]];
  const element = h(
    'div',
    { class: 'toolbar', part: 'toolbar', role: 'toolbar', 'aria-label': word('toolbar') },
    ...groups.map((group) => h('div', { class: 'group' }, ...group)),
  );
  const items = groups.flat();
  roveFocus(
    element,
    () => items,
    () => editor.view.focus(),
  );

  const showUndo = () => {
    const manager = undoManagerOf(editor);
    // Not `disabled`: a focus that fell out of the toolbar would be lost for whoever moves by keys.
    undo.setAttribute('aria-disabled', String((manager?.undoStack.length ?? 0) === 0));
    redo.setAttribute('aria-disabled', String((manager?.redoStack.length ?? 0) === 0));
  };
  const show = () => {
    for (const { command, element: pressed } of formats.flat()) {
      pressed.setAttribute('aria-pressed', String(command.isActive(editor)));
    }
    link.setAttribute('aria-pressed', String(editor.isActive('link')));
    style.value = blockStyles.find((block) => block.isActive(editor))?.id ?? NO_STYLE;
    showUndo();
  };
  editor.on('transaction', show);
  // Its stacks still change after the editor's last transaction.
  const manager = undoManagerOf(editor);
  for (const event of stackEvents) manager?.on(event, showUndo);
  show();

  return {
    element,
    focus: () => items.find((item) => item.tabIndex === 0)?.focus(),
    close() {
      editor.off('transaction', show);
      for (const event of stackEvents) manager?.off(event, showUndo);
    },
  };
}
