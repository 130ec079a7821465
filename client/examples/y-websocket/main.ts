import { defaultKeymap } from '@codemirror/commands';
import { Compartment } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

const address = new URLSearchParams(location.search);
const server = address.get('server') ?? 'ws://localhost:8080';
const name = address.get('document') ?? 'examples/y-websocket';

const doc = new Y.Doc();
const provider = new WebsocketProvider(`${server}/yjs`, name, doc);
provider.awareness.setLocalStateField('user', { name: address.get('name') ?? 'Guest', color: '#0c7079' });

// Quire echoes an edit once it is on disk, but this provider has no word for it: it knows whether it is connected.
const show = (status: string) => document.querySelector('#status')?.replaceChildren(status);
provider.on('status', ({ status }) => show(status));

await new Promise((resolve) => provider.once('sync', resolve));

const text = doc.getText('codemirror');
const editable = new Compartment();

const view = new EditorView({
  parent: document.body,
  doc: text.toString(),
  extensions: [
    lineNumbers(),
    keymap.of([...yUndoManagerKeymap, ...defaultKeymap]), // undo takes back only what you did
    yCollab(text, provider.awareness),
    editable.of(EditorView.editable.of(false)), // until it is known; what readers type is refused
    EditorView.contentAttributes.of({ 'aria-label': 'Text' }),
  ],
});

/** Nor has the provider a word for what you may do: the HTTP API says it. */
async function mayEdit(): Promise<boolean> {
  const documents = `${server.replace(/^ws/, 'http')}/v1/documents`;
  const found = await fetch(`${documents}/${encodeURIComponent(name)}`);
  if (found.ok) return ['editor', 'owner'].includes((await found.json()).role);
  // Nobody has written in it: whoever may begin it may write. Asking begins it, so an empty document stays behind.
  const body = JSON.stringify({ name });
  const begun = await fetch(documents, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  if (begun.ok || begun.status === 409) return true; // 409: somebody else has begun it meanwhile
  if (begun.status === 403) return false;
  throw new Error(`the server answered ${begun.status}`);
}

let asked = 0;

/** Asks anew with every connection: a change of role ends the one before. */
async function followRole(isSynced: boolean): Promise<void> {
  asked += 1;
  const question = asked;
  if (!isSynced) return;
  try {
    const canEdit = await mayEdit();
    if (question !== asked) return; // another connection since, or none
    view.dispatch({ effects: editable.reconfigure(EditorView.editable.of(canEdit)) });
    show(canEdit ? 'connected' : 'connected, view only');
  } catch (error) {
    console.warn('Who may write is not known; what was known stays.', error);
    setTimeout(() => question === asked && followRole(true), 5_000);
  }
}
provider.on('sync', followRole);
await followRole(provider.synced);
