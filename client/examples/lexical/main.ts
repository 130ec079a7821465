import { registerRichText } from '@lexical/rich-text';
import * as lexicalYjs from '@lexical/yjs';
import { connect, type RoomStatus } from '@quire/client';
import * as lexical from 'lexical';
import { UndoManager } from 'yjs';

const address = new URLSearchParams(location.search);
const me = { name: address.get('name') ?? 'Guest', color: '#0c7079' };

const client = connect({ url: address.get('server') ?? 'ws://localhost:8080' });
const room = client.open(address.get('document') ?? 'examples/lexical');

const editor = lexical.createEditor({ namespace: 'quire', editable: false, onError: reportError });
const root = document.querySelector<HTMLElement>('#editor');
if (root) Object.assign(root, { role: 'textbox', ariaLabel: 'Text', ariaMultiLine: 'true', contentEditable: 'false' });
editor.setRootElement(root);
editor.registerEditableListener((isEditable) => root?.setAttribute('contenteditable', String(isEditable)));
registerRichText(editor);

// The binding renders what changes: it is made before the document is loaded, and hears all of it.
const binding = lexicalYjs.createYjsBinding({
  editor,
  id: 'main',
  doc: room.doc,
  docMap: new Map([['main', room.doc]]),
});
binding.cursorsContainer = document.querySelector<HTMLElement>('#carets');
const provider = { awareness: room.awareness } as unknown as lexicalYjs.Provider; // the binding asks for no more of one
const shared = binding.root.getSharedType();

shared.observeDeep((events, { origin }) => {
  if (origin !== binding) lexicalYjs.syncYjsChangesToLexical(binding, provider, events, origin instanceof UndoManager);
});
editor.registerUpdateListener((update) => {
  const { prevEditorState, editorState, dirtyElements, dirtyLeaves, normalizedNodes, tags } = update;
  const changed = [prevEditorState, editorState, dirtyElements, dirtyLeaves, normalizedNodes, tags] as const;
  if (!tags.has(lexical.SKIP_COLLAB_TAG)) lexicalYjs.syncLexicalUpdateToYjs(binding, provider, ...changed);
});

function handle<T>(command: lexical.LexicalCommand<T>, run: () => unknown, isDone: boolean): void {
  const listener = () => {
    run();
    return isDone;
  };
  editor.registerCommand(command, listener, lexical.COMMAND_PRIORITY_EDITOR);
}

const undoManager = lexicalYjs.createUndoManager(binding, shared); // takes back only what you did
handle(lexical.UNDO_COMMAND, () => undoManager.undo(), true);
handle(lexical.REDO_COMMAND, () => undoManager.redo(), true);

const focus = (isHere: boolean) => () => lexicalYjs.setLocalStateFocus(provider, me.name, me.color, isHere, {});
lexicalYjs.initLocalState(provider, me.name, me.color, false, {});
room.presence.setPerson(me);
handle(lexical.FOCUS_COMMAND, focus(true), false);
handle(lexical.BLUR_COMMAND, focus(false), false);
room.awareness.on('update', () => lexicalYjs.syncCursorPositions(binding, provider));

function show({ label, loaded, canEdit }: RoomStatus): void {
  document.querySelector('#status')?.replaceChildren(label);
  if (editor.isEditable() !== (loaded && canEdit)) editor.setEditable(loaded && canEdit);
}
show(room.status.get());
room.status.subscribe(show);
