import { connect, type RoomStatus } from '@quire/client';
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';

const address = new URLSearchParams(location.search);
const me = { name: address.get('name') ?? 'Guest', color: '#0c7079' };

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/tiptap');

function show({ label }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
}
show(room.status.get());
room.status.subscribe(show); // before there is a text: it says why there is none

await room.whenLoaded(); // until then an empty page would be a lie

const editor = new Editor({
  element: document.querySelector('#editor'),
  extensions: [
    StarterKit.configure({ undoRedo: false }), // Collaboration has its own, which takes back only what you did
    Collaboration.configure({ document: room.doc }),
    CollaborationCaret.configure({ provider: room, user: me }),
  ],
  editorProps: { attributes: { role: 'textbox', 'aria-label': 'Text' } },
});

function followRole({ canEdit }: RoomStatus): void {
  if (editor.isEditable !== canEdit) editor.setEditable(canEdit, false);
}
followRole(room.status.get());
room.status.subscribe(followRole);
