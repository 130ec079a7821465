import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  defaultHighlightStyle,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { yCollab, ySyncAnnotation, yUndoManagerKeymap } from 'y-codemirror.next';
import { type Text, UndoManager } from 'yjs';
import { h } from '../base/h.ts';
import type { Held } from '../base/held.ts';
import { codeCarets } from './code-carets.ts';
import { codeTheme } from './code-theme.ts';
import type { CodeLanguage } from './languages.ts';

export interface CodeParts extends Held {
  readonly text: Text;
  readonly word: (key: string) => string;
  readonly readLanguage: () => CodeLanguage;
  readonly readPlaceholder: () => string;
  readonly canEdit: () => boolean;
  /** This person has changed the text. */
  readonly onInput: () => void;
}

export interface MountedCode {
  readonly view: EditorView;
  /** What the element says of it may be another thing now. */
  update(): void;
  close(): void;
}

const languages: Readonly<Record<CodeLanguage, () => Extension>> = {
  javascript: () => [javascript({ jsx: true, typescript: true }), bracketMatching(), indentOnInput()],
  text: () => [],
};

/** The usual colours of code, drawn to where they can be read on paper that is light or dark. */
const colors = HighlightStyle.define(
  defaultHighlightStyle.specs.map(({ color, ...spec }) =>
    typeof color === 'string'
      ? { ...spec, color: `light-dark(color-mix(in srgb, ${color} 78%, #000), color-mix(in srgb, ${color} 42%, #fff))` }
      : spec,
  ),
);

/** CodeMirror in its element. Fetched when the first such element is shown. */
export function mountCode(parts: CodeParts): MountedCode {
  const { room, root, text, word } = parts;
  const paper = h('div', { class: 'paper', part: 'content' });
  root.append(paper);
  const undoManager = new UndoManager(text);
  const changeable = new Compartment();
  const say = (): Extension => {
    const canEdit = parts.canEdit();
    return [
      languages[parts.readLanguage()](),
      placeholder(parts.readPlaceholder()),
      EditorState.readOnly.of(!canEdit),
      EditorView.contentAttributes.of({
        part: 'text',
        tabindex: '0',
        'aria-label': word('text'),
        'aria-description': canEdit ? word('tabHint') : '',
        'aria-readonly': String(!canEdit),
      }),
      EditorView.editable.of(canEdit),
    ];
  };

  const view = new EditorView({
    parent: paper,
    root,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        // Others may have written line ends of another kind: each is a character here, or places would no longer agree.
        EditorState.lineSeparator.of('\n'),
        lineNumbers(),
        drawSelection(),
        EditorView.lineWrapping,
        syntaxHighlighting(colors),
        codeTheme,
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap, indentWithTab]),
        changeable.of(say()),
        // Without presence: the carets are our own.
        yCollab(text, null, { undoManager }),
        codeCarets(text, room.awareness),
        EditorView.updateListener.of(({ docChanged, transactions }) => {
          const isOwn = !transactions.some((transaction) => transaction.annotation(ySyncAnnotation) !== undefined);
          if (docChanged && isOwn) parts.onInput();
        }),
      ],
    }),
  });

  return {
    view,
    update: () => view.dispatch({ effects: changeable.reconfigure(say()) }),
    close() {
      view.destroy();
      undoManager.destroy();
    },
  };
}
