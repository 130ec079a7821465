import type { ElementDeclaration } from '../base/declaration.ts';
import { presenceWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-presence',
  className: 'QuirePresence',
  module: 'presence/quire-presence.ts',
  summary: 'Shows who is in the document, one avatar for each open page, and counts those for whom there is no place.',
  attributes: [{ name: 'max', type: 'number', default: '5', description: 'How many have an avatar of their own.' }],
  properties: [
    { name: 'max', type: 'number', description: 'As the attribute.' },
    {
      name: 'people',
      type: 'readonly Person[]',
      readonly: true,
      description: 'Everybody here whom the server names, this person first.',
    },
  ],
  events: [
    {
      name: 'quire-presence',
      detail: '{ people: readonly Person[]; viewers: number }',
      description: 'Somebody came, went, or is called something else.',
    },
  ],
  parts: [
    { name: 'avatars', description: 'The list.' },
    { name: 'avatar', description: 'Each of them; `me` is also on this person’s own, `more` on the count.' },
  ],
  cssProperties: [{ name: '--quire-avatar-size', description: 'How large an avatar is; 30px where nobody says.' }],
  words: presenceWords,
  example: `<quire-room server="https://quire.example.com" document="team/plan" name="Ada">
  <quire-presence max="4"></quire-presence>
</quire-room>`,
};
