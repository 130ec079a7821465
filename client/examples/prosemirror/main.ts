import { connect, type RoomStatus } from '@quire/client';
import { baseKeymap } from 'prosemirror-commands';
import { keymap } from 'prosemirror-keymap';
import { schema } from 'prosemirror-schema-basic';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { initProseMirrorDoc, redo, undo, yCursorPlugin, ySyncPlugin, yUndoPlugin } from 'y-prosemirror';

const address = new URLSearchParams(location.search);

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/prosemirror');
room.presence.setPerson({ name: address.get('name') ?? 'Guest', color: '#0c7079' });

function show({ label }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
}
show(room.status.get());
room.status.subscribe(show); // before there is a text: it says why there is none

await room.whenLoaded(); // until then an empty page would be a lie

const fragment = room.doc.getXmlFragment('prosemirror');
const { doc, mapping } = initProseMirrorDoc(fragment, schema);

const view = new EditorView(document.querySelector('#editor'), {
  state: EditorState.create({
    doc,
    plugins: [
      ySyncPlugin(fragment, { mapping }),
      yCursorPlugin(room.awareness),
      yUndoPlugin(), // takes back only what you did
      keymap({ 'Mod-z': undo, 'Mod-y': redo, 'Mod-Shift-z': redo }),
      keymap(baseKeymap),
    ],
  }),
  editable: () => room.status.get().canEdit,
  attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': 'Text' },
});

function followRole({ canEdit }: RoomStatus): void {
  if (view.editable !== canEdit) view.setProps({}); // asks `editable` again
}
followRole(room.status.get());
room.status.subscribe(followRole);
