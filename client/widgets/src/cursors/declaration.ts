import type { ElementDeclaration } from '../base/declaration.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-cursors',
  className: 'QuireCursors',
  module: 'cursors/quire-cursors.ts',
  summary: 'Shows the pointers of others, with their names, over any part of a page.',
  attributes: [
    {
      name: 'anchor',
      description:
        'A selector of elements inside this one. Who points at one of them is shown at the same place in it, also where the page is laid out in another way. Elements are told apart by `data-anchor`, by their id, or by their order.',
    },
    { name: 'channel', description: 'Where a document has several of these, which one this is.' },
  ],
  properties: [
    { name: 'anchor', type: 'string | null', description: 'As the attribute.' },
    { name: 'channel', type: 'string', description: 'As the attribute.' },
  ],
  events: [],
  parts: [
    { name: 'layer', description: 'What lies over the content, and lets every click through.' },
    { name: 'cursor', description: 'The pointer of somebody else.' },
    { name: 'label', description: 'Their name beside it.' },
  ],
  slots: [{ name: '', description: 'What others point at.' }],
  cssProperties: [{ name: '--quire-cursors-z', description: 'The z-index of the layer; 10 where nobody says.' }],
  example: `<quire-cursors
  server="https://quire.example.com"
  document="team/board"
  name="Ada"
  anchor=".card"
>
  <div class="card" data-anchor="todo">To do</div>
  <div class="card" data-anchor="done">Done</div>
</quire-cursors>`,
};
