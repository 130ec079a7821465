import type { Person, Room } from '@quire/client';
import { useRoom, useStatus } from '@quire/client/react';
import { findCarets, readSelectedText } from '@quire/widgets/document';
import type { Editor } from '@tiptap/react';
import { ChevronLeft } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { usePerson } from '../identity/use-person.ts';
import { Link } from '../Link.tsx';
import { homePath } from '../routes.ts';
import { announce } from '../ui/toasts.ts';
import { CommentsButton } from './comments/CommentsButton.tsx';
import type { CommentsPanelState } from './comments/panel-state.ts';
import { DocumentEditor } from './DocumentEditor.tsx';
import { EditorSkeleton } from './EditorSkeleton.tsx';
import { focusText } from './focus-text.ts';
import { followKeyboard } from './keyboard-inset.ts';
import { NotLoaded } from './NotLoaded.tsx';
import { PeopleBar } from './PeopleBar.tsx';
import { publishHeight } from './publish-height.ts';
import { RefusedBoundary } from './RefusedBoundary.tsx';
import { SaveState } from './SaveState.tsx';
import { ShareButton } from './share/ShareButton.tsx';
import { TitleInput } from './TitleInput.tsx';
import { describeTrouble } from './trouble-words.ts';
import { useSpeaker } from './use-speaker.ts';
import './carets/carets.css';
import './document.css';
import './editor.css';
import './toolbar/toolbar.css';
import './print.css';

const publishHeaderHeight = publishHeight('--header-height');

export function EditorPage({ name }: { readonly name: string }) {
  const [openings, setOpenings] = useState(0);
  return (
    <RefusedBoundary>
      {/* Opened anew, the name of a document that is gone has what is there now: another room, and another page. */}
      <DocumentPage key={openings} name={name} onReopen={() => setOpenings(openings + 1)} />
    </RefusedBoundary>
  );
}

function DocumentPage({ name, onReopen }: { readonly name: string; readonly onReopen: () => void }) {
  const room = useRoom(name);
  return room === null ? <EditorSkeleton /> : <OpenDocument room={room} onReopen={onReopen} />;
}

function OpenDocument({ room, onReopen }: { readonly room: Room; readonly onReopen: () => void }) {
  const status = useStatus(room);
  const [panel, setPanel] = useState<CommentsPanelState>({ kind: 'closed' });
  const speaker = useSpeaker(room, status, panel.kind === 'open');
  const account = speaker?.id === '' ? null : speaker;
  const person = usePerson(account);
  const { comments } = room;
  const editor = useRef<Editor | null>(null);
  const keepEditor = useCallback((current: Editor | null) => {
    editor.current = current;
  }, []);

  useEffect(() => room.presence.setPerson(person), [room, person]);
  useEffect(followKeyboard, []);

  function comment(): void {
    const about = editor.current === null ? null : readSelectedText(editor.current);
    setPanel({ kind: 'open', about, isAsked: about !== null, active: null });
  }

  function goTo({ clientId, name }: Person): void {
    const caret = editor.current === null ? undefined : findCarets(editor.current.view.dom, clientId)[0];
    if (caret === undefined) announce(`${name} is here, but not in the text right now.`);
    else caret.scrollIntoView({ block: 'center' });
  }

  return (
    <div className="editor">
      <header ref={publishHeaderHeight} className="editor-header">
        <Link href={homePath} className="icon-button" aria-label="All documents" data-tooltip="All documents">
          <ChevronLeft aria-hidden />
        </Link>
        <TitleInput
          room={room}
          loaded={status.loaded}
          canEdit={status.canEdit}
          onEnter={() => {
            if (editor.current !== null) focusText(editor.current, 'start');
          }}
        />
        {/* Where nothing was ever there, there is nothing to save: the page says what is the matter. */}
        {(status.loaded || describeTrouble(status) === null) && <SaveState status={status} comments={comments} />}
        <PeopleBar room={room} account={account} onGoTo={goTo} />
        {status.loaded && (
          <CommentsButton
            comments={comments}
            isOpen={panel.kind === 'open'}
            onToggle={() => (panel.kind === 'open' ? setPanel({ kind: 'closed' }) : comment())}
          />
        )}
        <ShareButton room={room} status={status} />
      </header>
      {status.loaded ? (
        <DocumentEditor
          room={room}
          status={status}
          comments={comments}
          speaker={speaker}
          panel={panel}
          onPanel={setPanel}
          onComment={comment}
          onEditor={keepEditor}
          onReopen={onReopen}
        />
      ) : (
        <NotLoaded name={room.name} status={status} onReopen={onReopen} />
      )}
    </div>
  );
}
