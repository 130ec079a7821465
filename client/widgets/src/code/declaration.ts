import type { ElementDeclaration } from '../base/declaration.ts';
import { codeWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-code',
  className: 'QuireCode',
  module: 'code/quire-code.ts',
  summary:
    'Code that several people write, with line numbers, colours and everybody’s carets; or text without formats.',
  attributes: [
    {
      name: 'language',
      type: "'javascript' | 'text'",
      default: 'text',
      description: 'How it is coloured and indented; `javascript` knows JSX and types.',
    },
    {
      name: 'field',
      default: 'code',
      description: 'The name of the shared text in the document: a document can have several.',
    },
    { name: 'placeholder', description: 'Shown while there is no text.' },
    { name: 'readonly', type: 'boolean', description: 'Nothing can be written here, even by who may.' },
    { name: 'form-field', description: 'The name under which the form around it sends the text.' },
  ],
  properties: [
    { name: 'language', type: 'string | null', description: 'As the attribute.' },
    { name: 'field', type: 'string', description: 'As the attribute.' },
    { name: 'placeholder', type: 'string | null', description: 'As the attribute.' },
    { name: 'readOnly', type: 'boolean', description: 'As `readonly`.' },
    { name: 'formField', type: 'string | null', description: 'As `form-field`.' },
    { name: 'form', type: 'HTMLFormElement | null', readonly: true, description: 'The form that it is part of.' },
  ],
  methods: [
    { name: 'focus', type: '() => void', description: 'Puts the caret into the text.' },
    { name: 'getText', type: '() => string', description: 'The text; empty before `quire-ready`.' },
  ],
  events: [{ name: 'quire-input', description: 'This person has changed the text.' }],
  parts: [
    { name: 'content', description: 'The sheet that the code is on.' },
    { name: 'text', description: 'The code itself.' },
    { name: 'caret', description: 'The caret of somebody else.' },
    { name: 'waiting', description: 'What stands in for the code until it is there.' },
    {
      name: 'not-fetched',
      description: 'What stands there where a part of the script could not be fetched; `retry` is the button in it.',
    },
    { name: 'retry', description: 'The button that fetches it again.' },
  ],
  cssProperties: [{ name: '--quire-code-min-height', description: 'How high it is at least; 8em where nobody says.' }],
  words: codeWords,
  example: `<quire-code
  server="https://quire.example.com"
  document="team/kata"
  name="Ada"
  language="javascript"
></quire-code>`,
};
