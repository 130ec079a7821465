// Imported before React's own packages, which look at once whether they are in a page.
import { Window } from 'happy-dom';

/**
 * What React needs of a page. The network stays that of Node: happy-dom has another one, with rules of its own.
 */
const page = new Window({ url: 'http://localhost:3000/' });

for (const [name, value] of Object.entries({ window: page, document: page.document, FormData: page.FormData })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
