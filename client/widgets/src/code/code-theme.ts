import { EditorView } from '@codemirror/view';

/** As a theme of CodeMirror's, since its own rules are more particular than ours. */
export const codeTheme = EditorView.theme({
  '&': { minHeight: 'inherit', backgroundColor: 'transparent', color: 'inherit' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { minHeight: 'inherit', font: '400 13.5px / 1.6 var(--q-mono)' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--q-accent)' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-gutters': { border: '0', backgroundColor: 'transparent', color: 'var(--q-ink-2)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px' },
  '.cm-cursor, .cm-dropCursor': { borderLeft: '2px solid var(--q-accent)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'light-dark(#cdeae1, #1b4238)',
  },
  '.cm-placeholder': { color: 'var(--q-ink-2)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--q-accent-soft)', outline: '1px solid var(--q-line)' },
});
