import type { ElementDeclaration } from '../base/declaration.ts';
import { commentsWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-comments',
  className: 'QuireComments',
  module: 'comments/quire-comments.ts',
  summary:
    'The threads of comments on the document, for everybody who may read it; who may comment begins them, replies, resolves and reopens, without being able to change the text.',
  attributes: [
    {
      name: 'for',
      description:
        'The id of a `<quire-editor>` in the same tree: what is selected there is what a new comment is about, and text with comments is marked. Left out, comments are about the whole document.',
    },
    { name: 'filter', type: "'open' | 'resolved' | 'all'", default: 'open', description: 'Which threads are shown.' },
  ],
  properties: [
    { name: 'htmlFor', type: 'string | null', description: 'As the attribute `for`.' },
    { name: 'filter', type: "'open' | 'resolved' | 'all'", description: 'As the attribute.' },
    { name: 'threads', type: 'readonly Thread[]', readonly: true, description: 'All of them, the oldest first.' },
  ],
  methods: [
    {
      name: 'focus',
      type: '(options?: FocusOptions) => void',
      description: 'Puts the focus where a comment is begun, about what is selected in the editor.',
    },
  ],
  events: [
    {
      name: 'quire-comment',
      detail: "{ action: 'start' | 'reply' | 'change' | 'delete' | 'resolve' | 'reopen'; thread: string }",
      description: 'This person did something, and the server has it.',
    },
  ],
  parts: [
    { name: 'head', description: 'The heading, with what is shown.' },
    { name: 'filters', description: 'The buttons that choose it.' },
    { name: 'new', description: 'Where a thread is begun.' },
    { name: 'threads', description: 'The list.' },
    { name: 'thread', description: 'Each in it.' },
    { name: 'quote', description: 'The text that a thread is about.' },
    { name: 'comment', description: 'Each comment in it.' },
    { name: 'author', description: 'Who wrote it.' },
    { name: 'text', description: 'What it says.' },
    { name: 'settle', description: 'The button that resolves a thread, or opens it again.' },
    { name: 'composer', description: 'Each form in which one writes.' },
    { name: 'field', description: 'The field in it.' },
    { name: 'submit', description: 'The button in it.' },
    { name: 'failure', description: 'Why what was written could not be sent.' },
    { name: 'notice', description: 'What else did not work, and that a text is gone.' },
    { name: 'empty', description: 'What is shown where there are none.' },
  ],
  words: commentsWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-editor id="plan"></quire-editor>
  <quire-comments for="plan"></quire-comments>
</quire-room>`,
};
