import { HocuspocusProvider } from '@hocuspocus/provider';
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';
import * as Y from 'yjs';

const address = new URLSearchParams(location.search);
const server = address.get('server') ?? 'ws://localhost:8080';
const me = { name: address.get('name') ?? 'Guest', color: '#0c7079' };

const show = (status: string) => document.querySelector('#status')?.replaceChildren(status);

const doc = new Y.Doc();
const provider = new HocuspocusProvider({
  url: `${server}/collab`,
  name: address.get('document') ?? 'examples/hocuspocus-provider',
  document: doc,
  // Counts down with the receipts of the server, which it gives for what is on disk.
  onUnsyncedChanges: ({ number }) => show(number === 0 ? 'Saved' : 'Saving…'),
  onAuthenticationFailed: ({ reason }) => show(`Refused: ${reason}`),
});

await new Promise((resolve) => provider.on('synced', resolve));
show('Saved');

const editor = new Editor({
  element: document.querySelector('#editor'),
  extensions: [
    StarterKit.configure({ undoRedo: false }), // Collaboration has its own, which takes back only what you did
    Collaboration.configure({ document: doc }),
    CollaborationCaret.configure({ provider, user: me }),
  ],
  editorProps: { attributes: { role: 'textbox', 'aria-label': 'Text' } },
});

const followScope = () => editor.setEditable(provider.authorizedScope !== 'readonly', false); // what readers type is refused
followScope();
provider.on('authenticated', followScope); // with every connection, and when the role is changed
