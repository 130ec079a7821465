// What the compiler must accept, and must not: checked with the types of the package, and never run.
import type { ReceivedEvent, Room, RoomStatus } from '../api.ts';
import {
  type Other,
  QuireProvider,
  RoomProvider,
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
} from '../react/index.ts';

const areSameNumbers = (one: number, other: number) => one === other;

interface Said {
  readonly chat: { readonly text: string };
  readonly wave: null;
}

interface Here {
  readonly pointer: { readonly x: number } | null;
  readonly mood: string;
}

interface Poll {
  readonly question: string;
  readonly votes: number;
}

export function Rooms() {
  const room = useRoom<Said>('plan') satisfies Room<Said> | null;
  useRoom() satisfies Room | null;
  useRoom(null, { person: { name: 'Ada', color: 'red' } }) satisfies Room | null;
  // @ts-expect-error: a room is not there from the beginning
  room.leave();
  // @ts-expect-error: a person has a colour
  useRoom('plan', { person: { name: 'Ada' } });
  return null;
}

export function Events() {
  const room = useRoom<Said>('plan');
  useEvent(room, 'chat', (event) => event satisfies ReceivedEvent<'chat', { readonly text: string }>);
  useEvent<Said['chat']>('chat', ({ data }) => data.text satisfies string);
  // @ts-expect-error: nobody says that in this room
  useEvent(room, 'shout', () => {});
  // @ts-expect-error: what comes with it is not known
  useEvent('chat', ({ data }) => data.text);
  return null;
}

export function Values({ room }: { readonly room: Room }): null {
  useReadable(room.presence.viewers) satisfies number;
  useReadable(room.presence.viewers, (count) => count > 0) satisfies boolean;
  useStatus() satisfies RoomStatus;
  useStatus(null) satisfies RoomStatus;
  useStatus(({ unsaved }) => unsaved) satisfies number;
  useStatus(useRoom(), ({ label }) => label, Object.is) satisfies string;
  // @ts-expect-error: a status has no such field
  useStatus(({ saved }) => saved);
  // @ts-expect-error: they compare what is selected
  useStatus(({ label }) => label, areSameNumbers);
  return null;
}

export function People() {
  const [mine, update] = usePresence<Here>();
  mine.mood satisfies string | undefined;
  update({ pointer: null });
  // @ts-expect-error: a mood is a word
  update({ mood: 3 });
  usePresence(({ mood }: Partial<Here>) => mood)[0] satisfies string | undefined;

  useOthers<Here>()[0]?.presence.pointer?.x satisfies number | undefined;
  useOthers((others: readonly Other<Here>[]) => others.map(({ presence }) => presence.mood)) satisfies (
    | string
    | undefined
  )[];
  useOthers((others) => others.map(({ name, presence }) => [name, presence.mood] satisfies [string, unknown]));

  const room = useRoom<Said, Here>('plan');
  useOthers(room)[0]?.presence.pointer?.x satisfies number | undefined;
  useOthers(room, (others) => others.map(({ presence }) => presence.mood)) satisfies (string | undefined)[];
  // @ts-expect-error: nobody says that of themselves in this room
  useOthers(room)[0]?.presence.pointr;
  const [here, say] = usePresence(room);
  here.mood satisfies string | undefined;
  say({ mood: 'calm' });
  // @ts-expect-error: a mood is a word
  say({ mood: 3 });
  usePresence(room, ({ pointer }) => pointer?.x)[0] satisfies number | undefined;
  // A room that does not know may be told what is in it.
  useOthers<Here>(useRoom('plan'))[0]?.presence.mood satisfies string | undefined;
  usePresence<Here>(useRoom('plan'))[1]({ mood: 'calm' });
  useOthers(useRoom('plan'))[0]?.presence.mood satisfies unknown;

  const [typists, setTyping] = useTyping();
  setTyping(typists.length === 0);
  // @ts-expect-error: they are not ours to change
  typists.pop();
  return null;
}

export function Contents() {
  const [text, { insert }] = useSharedText('text');
  // @ts-expect-error: it is null until there is content to show (G3)
  insert(text.length, '!');
  useSharedText('text', (whole) => whole.length)[0] satisfies number | null;

  const [poll, { set, update }] = useSharedMap<Poll>('poll');
  poll?.votes satisfies number | undefined;
  set('votes', 1);
  update({ question: 'Tea?' });
  // @ts-expect-error: votes are counted
  set('votes', 'one');
  // @ts-expect-error: a poll has no such field
  set('answer', 'no');
  useSharedMap(useRoom(), 'poll', ({ votes }: Partial<Poll>) => votes ?? 0)[0] satisfies number | null;

  const [todos, { push }] = useSharedArray<{ readonly text: string }>('todos');
  push({ text: 'a' }, { text: 'b' });
  // @ts-expect-error: an item has a text
  push({});
  // @ts-expect-error: it changes only by what changes it for everybody
  todos?.push({ text: 'a' });
  return (
    <>
      <textarea {...useTextField('notes')} />
      <input {...useTextField<HTMLInputElement>(useRoom(), 'title')} />
      {/* @ts-expect-error: a field that is typed in is no button */}
      <button type="button" {...useTextField('notes')} />
    </>
  );
}

export function Providers() {
  return (
    <QuireProvider url="ws://localhost:8080/collab" token={undefined} getToken={async () => ''}>
      <RoomProvider name="plan">{null}</RoomProvider>
      {/* @ts-expect-error: a room is one of a document */}
      <RoomProvider />
    </QuireProvider>
  );
}
