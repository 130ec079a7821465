import { connect, type RoomStatus } from '@quire/client';
import * as Y from 'yjs';

const address = new URLSearchParams(location.search);

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/shared-maps');
room.presence.setPerson({ name: address.get('name') ?? 'Guest', color: '#0c7079' });

const items = room.doc.getArray<Y.Map<string | boolean>>('items');
const undoManager = new Y.UndoManager(items); // takes back only what you did

const form = document.querySelector('form');
const list = document.querySelector('ul');
form?.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = String(new FormData(form).get('text'));
  items.push([new Y.Map<string | boolean>(Object.entries({ text, done: false }))]);
  form.reset();
});
document.querySelector('#undo')?.addEventListener('click', () => undoManager.undo());

function draw(item: Y.Map<string | boolean>): HTMLElement {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: item.get('done') === true });
  box.addEventListener('change', () => item.set('done', box.checked));
  const label = document.createElement('label');
  label.append(box, ` ${item.get('text')}`);
  const row = document.createElement('li');
  row.append(label);
  return row;
}
items.observeDeep(() => list?.replaceChildren(...items.map(draw)));

function show({ label, loaded, canEdit }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
  for (const part of [form, list]) if (part) part.inert = !(loaded && canEdit);
}
show(room.status.get());
room.status.subscribe(show);
