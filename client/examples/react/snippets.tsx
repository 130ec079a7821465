// What docs/react.md shows of each hook. docs.test.tsx renders it all.
import type { Room } from '@quire/client';
import {
  isShallowEqual,
  type Other,
  useClient,
  useEvent,
  useOthers,
  usePresence,
  useReadable,
  useRoom,
  useSharedArray,
  useSharedMap,
  useSharedText,
  useStatus,
  useTextField,
  useTyping,
} from '@quire/client/react';
import { useEffect, useState } from 'react';

export function Preview({ name }: { name: string }) {
  const room = useRoom(name);
  const [text] = useSharedText(room, 'text');
  return <blockquote>{text ?? 'Loading…'}</blockquote>;
}

export function SaveState() {
  const label = useStatus((status) => status.label);
  const unsaved = useStatus((status) => status.unsaved > 0);
  return <p role="status">{unsaved ? `${label} Don’t close this page yet.` : label}</p>;
}

interface Here {
  pointer: { x: number; y: number } | null;
}

export function Pointers() {
  const others = useOthers<Here>();
  const [, updatePresence] = usePresence<Here>();
  return (
    <div
      onPointerMove={(event) => updatePresence({ pointer: { x: event.clientX, y: event.clientY } })}
      onPointerLeave={() => updatePresence({ pointer: null })}
    >
      {others.map(
        ({ clientId, name, color, presence: { pointer } }) =>
          pointer && (
            <b key={clientId} style={{ position: 'fixed', left: pointer.x, top: pointer.y, color }}>
              {name}
            </b>
          ),
      )}
    </div>
  );
}

export function Names() {
  const names = useOthers((others) => others.map((other) => other.name), isShallowEqual);
  const pointing = useOthers((others: readonly Other<Here>[]) => others.some((other) => other.presence.pointer));
  return (
    <p>
      {names.join(', ')} {pointing && '(pointing at something)'}
    </p>
  );
}

interface Said {
  chat: { text: string };
}

export function Chat() {
  const room = useRoom<Said>();
  const [lines, setLines] = useState<string[]>([]);
  const [fault, setFault] = useState('');
  const [typists, setTyping] = useTyping();
  // Of several that come in one moment, each adds to what the one before has left.
  useEvent(room, 'chat', ({ data, from }) => setLines((former) => [...former, `${from.name}: ${data.text}`]));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const text = String(new FormData(event.currentTarget).get('text'));
        setTyping(false);
        room?.events.send('chat', { text }).then(
          () => setFault(''),
          (error: Error) => setFault(`Not sent: ${error.message}`),
        );
      }}
    >
      <pre>{lines.join('\n')}</pre>
      <input name="text" aria-label="Message" disabled={room === null} onInput={() => setTyping(true)} />
      <p role="alert">{fault}</p>
      {typists.length > 0 && <p>{typists.map((person) => person.name).join(', ')} typing…</p>}
    </form>
  );
}

export function Gaps({ onGap }: { onGap: () => void }) {
  const room = useRoom();
  useEffect(() => room?.events.onGap(onGap), [room, onGap]);
  return null;
}

export function Notes() {
  return <textarea aria-label="Notes" {...useTextField('notes')} />;
}

export function Title() {
  return <input aria-label="Title" {...useTextField<HTMLInputElement>('title')} />;
}

export function WordCount() {
  const [words] = useSharedText('notes', (text) => text.split(/\s+/).filter(Boolean).length);
  return <p>{words === null ? '' : `${words} words`}</p>;
}

export function Poll({ userId }: { userId: string }) {
  const canEdit = useStatus((status) => status.canEdit);
  const [votes, { set }] = useSharedMap<Record<string, 'tea' | 'coffee'>>('votes');
  if (votes === null) return null;
  const forTea = Object.values(votes).filter((vote) => vote === 'tea').length;
  return (
    <button type="button" disabled={!canEdit} onClick={() => set(userId, 'tea')}>
      Tea: {forTea}
    </button>
  );
}

interface Todo {
  id: string;
  text: string;
}

export function Todos() {
  const canEdit = useStatus((status) => status.canEdit);
  const [todos, { push, delete: remove }] = useSharedArray<Todo>('todos');
  return (
    <ul>
      {todos?.map(({ id, text }, index) => (
        <li key={id}>
          <button type="button" disabled={!canEdit} onClick={() => remove(index)}>
            {text}
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          disabled={!canEdit}
          onClick={() => push({ id: crypto.randomUUID(), text: 'Water the plants' })}
        >
          Add
        </button>
      </li>
    </ul>
  );
}

export function Audience() {
  const room = useRoom();
  return room && <People room={room} />;
}

function People({ room }: { room: Room }) {
  const listed = useReadable(room.presence.people, (people) => people.length);
  const viewers = useReadable(room.presence.viewers);
  return <p>{listed + viewers} here</p>;
}

export function NewDocument({ onCreated }: { onCreated: (name: string) => void }) {
  const { documents } = useClient();
  const [fault, setFault] = useState('');
  const create = () =>
    documents.create({ title: 'Minutes' }).then(
      ({ name }) => onCreated(name),
      (error: Error) => setFault(`Not created: ${error.message}`),
    );
  return (
    <p>
      <button type="button" onClick={create}>
        New document
      </button>{' '}
      {fault}
    </p>
  );
}
