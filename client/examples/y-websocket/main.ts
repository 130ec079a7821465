import { defaultKeymap } from '@codemirror/commands';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

const address = new URLSearchParams(location.search);
const server = address.get('server') ?? 'ws://localhost:8080';

const doc = new Y.Doc();
const provider = new WebsocketProvider(`${server}/yjs`, address.get('document') ?? 'examples/y-websocket', doc);
provider.awareness.setLocalStateField('user', { name: address.get('name') ?? 'Guest', color: '#0c7079' });

// Quire echoes an edit once it is on disk, but this provider has no word for it: it knows whether it is connected.
provider.on('status', ({ status }) => document.querySelector('#status')?.replaceChildren(status));

await new Promise((resolve) => provider.once('sync', resolve));

const text = doc.getText('codemirror');
new EditorView({
  parent: document.body,
  doc: text.toString(),
  extensions: [
    lineNumbers(),
    keymap.of([...yUndoManagerKeymap, ...defaultKeymap]), // undo takes back only what you did
    yCollab(text, provider.awareness),
    EditorView.contentAttributes.of({ 'aria-label': 'Text' }),
  ],
});
