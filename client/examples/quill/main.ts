import { connect, type RoomStatus } from '@quire/client';
import Quill from 'quill';
import QuillCursors from 'quill-cursors';
import { QuillBinding } from 'y-quill';
import 'quill/dist/quill.snow.css';

const address = new URLSearchParams(location.search);

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/quill');
room.presence.setPerson({ name: address.get('name') ?? 'Guest', color: '#0c7079' });

function show({ label }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
}
show(room.status.get());
room.status.subscribe(show); // before there is a text: it says why there is none

await room.whenLoaded(); // until then an empty page would be a lie

Quill.register('modules/cursors', QuillCursors);
const quill = new Quill('#editor', {
  theme: 'snow',
  modules: {
    cursors: true,
    toolbar: [[{ header: [1, 2, false] }], ['bold', 'italic', 'link'], [{ list: 'ordered' }, { list: 'bullet' }]],
    history: { userOnly: true }, // undo takes back only what you did
  },
});
quill.root.role = 'textbox';
quill.root.ariaLabel = 'Text';
new QuillBinding(room.doc.getText('quill'), quill, room.awareness);

function followRole({ canEdit }: RoomStatus): void {
  quill.enable(canEdit);
}
followRole(room.status.get());
room.status.subscribe(followRole);
