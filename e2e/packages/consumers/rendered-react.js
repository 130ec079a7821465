// Where pages with the React bindings are rendered on a server: no window, no address of a page, and nobody to connect for.
import { QuireProvider, RoomProvider, useSharedText, useStatus } from '@quire/client/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';

function Notes() {
  const [text] = useSharedText('notes');
  return createElement('p', null, `${useStatus().label} ${text ?? 'not loaded'}`);
}

const room = createElement(RoomProvider, { name: 'team/plan' }, createElement(Notes));
console.log(renderToString(createElement(QuireProvider, { url: 'ws://localhost:8080/collab' }, room)));
