import type { ElementDeclaration } from '../base/declaration.ts';
import { whiteboardWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-whiteboard',
  className: 'QuireWhiteboard',
  module: 'whiteboard/quire-whiteboard.ts',
  summary:
    'A board on which everybody draws, with mouse, finger, pen or keyboard; two fingers bring it nearer. Strokes grow on every screen, last in the document, can be selected, moved and deleted by everybody, and each person undoes what they did.',
  attributes: [
    {
      name: 'field',
      default: 'board',
      description:
        'The shared array of the document that the strokes are in: a document has as many boards as it has names for them.',
    },
    {
      name: 'readonly',
      type: 'boolean',
      description: 'Shows the board and takes no strokes. Who may not edit the document can’t draw anyway.',
    },
  ],
  properties: [
    { name: 'field', type: 'string', description: 'As the attribute.' },
    { name: 'readOnly', type: 'boolean', description: 'As the attribute `readonly`.' },
    {
      name: 'canUndo',
      type: 'boolean',
      readonly: true,
      description: 'There is something of this person’s to take back.',
    },
    { name: 'canRedo', type: 'boolean', readonly: true, description: 'There is something that was taken back.' },
  ],
  methods: [
    {
      name: 'undo',
      type: '() => void',
      description: 'Takes back what this person last drew, moved or erased; Ctrl + Z within the board.',
    },
    { name: 'redo', type: '() => void', description: 'Brings it back; Ctrl + Shift + Z.' },
    { name: 'clear', type: '() => void', description: 'Erases everything, as one thing to undo.' },
    {
      name: 'toSVG',
      type: '() => string | null',
      description: 'The board as an SVG file; null while there is none to show.',
    },
  ],
  events: [
    {
      name: 'quire-board',
      detail: '{ strokes: number }',
      description: 'Something was drawn, moved or erased, by whomever.',
    },
  ],
  parts: [
    { name: 'toolbar', description: 'The tools.' },
    { name: 'color', description: 'Each of the colours among them.' },
    { name: 'paper', description: 'What is drawn on.' },
    { name: 'board', description: 'The drawing.' },
    { name: 'pointer', description: 'The name of somebody who points at the board.' },
    { name: 'keys', description: 'What the keys do, for who draws with them.' },
  ],
  cssProperties: [
    {
      name: '--quire-board',
      description:
        'The colour of the paper; white where nobody says, in dark themes as well, since colours of strokes are the same for everybody.',
    },
  ],
  words: whiteboardWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-whiteboard field="board"></quire-whiteboard>
</quire-room>`,
};
