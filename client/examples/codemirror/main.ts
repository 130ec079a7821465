import { defaultKeymap } from '@codemirror/commands';
import { Compartment } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { connect, type RoomStatus } from '@quire/client';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';

const address = new URLSearchParams(location.search);

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/codemirror');
room.presence.setPerson({ name: address.get('name') ?? 'Guest', color: '#0c7079' });

function show({ label }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
}
show(room.status.get());
room.status.subscribe(show); // before there is a text: it says why there is none

await room.whenLoaded(); // until then an empty page would be a lie

const text = room.doc.getText('codemirror');
const editable = new Compartment();

const view = new EditorView({
  parent: document.body,
  doc: text.toString(),
  extensions: [
    lineNumbers(),
    keymap.of([...yUndoManagerKeymap, ...defaultKeymap]), // undo takes back only what you did
    yCollab(text, room.awareness),
    editable.of(EditorView.editable.of(room.status.get().canEdit)),
    EditorView.contentAttributes.of({ 'aria-label': 'Text' }),
  ],
});

function followRole({ canEdit }: RoomStatus): void {
  // Only when it changes: the editor takes no other transaction while it is in one, and what you type changes the status.
  if (view.state.facet(EditorView.editable) !== canEdit) {
    view.dispatch({ effects: editable.reconfigure(EditorView.editable.of(canEdit)) });
  }
}
followRole(room.status.get());
room.status.subscribe(followRole);
