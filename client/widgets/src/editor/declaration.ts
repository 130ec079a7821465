import type { ElementDeclaration } from '../base/declaration.ts';
import { editorWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-editor',
  className: 'QuireEditor',
  module: 'editor/quire-editor.ts',
  summary:
    'The text of the document with a toolbar and everybody’s carets: the same text, with the same schema, as in the app. It is read-only for who may not edit.',
  attributes: [
    { name: 'placeholder', description: 'Shown while there is no text.' },
    { name: 'readonly', type: 'boolean', description: 'Nothing can be written here, even by who may.' },
    { name: 'no-toolbar', type: 'boolean', description: 'Without the buttons; the keys still work.' },
    { name: 'form-field', description: 'The name under which the form around it sends the text, as HTML.' },
  ],
  properties: [
    { name: 'placeholder', type: 'string | null', description: 'As the attribute.' },
    { name: 'readOnly', type: 'boolean', description: 'As `readonly`.' },
    { name: 'noToolbar', type: 'boolean', description: 'As `no-toolbar`.' },
    { name: 'formField', type: 'string | null', description: 'As `form-field`.' },
    { name: 'form', type: 'HTMLFormElement | null', readonly: true, description: 'The form that it is part of.' },
  ],
  methods: [
    { name: 'focus', type: '() => void', description: 'Puts the caret into the text.' },
    { name: 'getHTML', type: '() => string', description: 'The text as HTML; empty before `quire-ready`.' },
    {
      name: 'getJSON',
      type: '() => JSONContent | null',
      description: 'The text as ProseMirror’s JSON; null before `quire-ready`.',
    },
    { name: 'getText', type: '() => string', description: 'The text alone, a line for each block.' },
    {
      name: 'readSelection',
      type: '() => SelectedText | null',
      description: 'What is selected: its words, and a range that stays right while others write.',
    },
    {
      name: 'showThreads',
      type: '(highlights: { threads: ReadonlySet<string>; active: string | null }) => void',
      description: 'Marks the text that threads of comments are about; `<quire-comments for>` does.',
    },
    {
      name: 'revealThread',
      type: '(thread: string) => boolean',
      description: 'Scrolls to the text that a thread is about; false when that text is gone.',
    },
  ],
  events: [
    { name: 'quire-input', description: 'This person has changed the text.' },
    {
      name: 'quire-thread',
      detail: '{ thread: string }',
      description: 'Somebody has chosen text that a thread of comments is about.',
    },
  ],
  parts: [
    { name: 'toolbar', description: 'The row of buttons.' },
    { name: 'button', description: 'Each of them.' },
    { name: 'style', description: 'The choice of paragraph styles.' },
    { name: 'link-form', description: 'Where the address of a link is asked for; `link-address` is the field in it.' },
    { name: 'link-address', description: 'The field for the address of a link.' },
    { name: 'content', description: 'The sheet that the text is on.' },
    { name: 'text', description: 'The text itself.' },
    { name: 'caret', description: 'The caret of somebody else.' },
    { name: 'waiting', description: 'What stands in for the text until it is there.' },
    {
      name: 'not-fetched',
      description: 'What stands there where a part of the script could not be fetched; `retry` is the button in it.',
    },
    { name: 'retry', description: 'The button that fetches it again.' },
  ],
  cssProperties: [
    { name: '--quire-editor-min-height', description: 'How high it is at least; 10em where nobody says.' },
    { name: '--quire-editor-padding', description: 'Around the text; 20px 24px 28px where nobody says.' },
  ],
  words: editorWords,
  example: `<form action="/save" method="post">
  <quire-editor
    server="https://quire.example.com"
    document="team/plan"
    name="Ada"
    placeholder="Start writing"
    form-field="plan"
  ></quire-editor>
  <button>Send</button>
</form>`,
};
