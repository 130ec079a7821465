import type { ElementDeclaration } from '../base/declaration.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-room',
  className: 'QuireRoom',
  module: 'room/quire-room.ts',
  summary:
    'Says once, for all elements inside it, where the server is, which document they show, and who this person is.',
  attributes: [],
  events: [],
  parts: [],
  slots: [{ name: '', description: 'Whatever belongs to the room: its elements, at any depth, and anything else.' }],
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-presence></quire-presence>
  <quire-editor placeholder="Start writing"></quire-editor>
</quire-room>`,
};
