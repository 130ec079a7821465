// A page in TypeScript with React, checked with the declarations of the packages.
import type { Client, PersonDetails } from '@quire/client';
import {
  QuireProvider,
  RoomProvider,
  useEvent,
  useOthers,
  useRoom,
  useSharedArray,
  useTextField,
} from '@quire/client/react';

interface Said {
  readonly wave: { readonly at: number };
}

const ada: PersonDetails = { name: 'Ada', color: '#2563eb' };

export function Page({ client }: { readonly client: Client }) {
  return (
    <QuireProvider client={client}>
      <RoomProvider name="team/plan" person={ada}>
        <Plan />
      </RoomProvider>
    </QuireProvider>
  );
}

function Plan() {
  const room = useRoom<Said>();
  const pointers = useOthers<{ readonly pointer: number }>().map(({ presence }) => presence.pointer ?? 0);
  const [todos, { push }] = useSharedArray<{ readonly text: string }>('todos');
  useEvent(room, 'wave', ({ data }) => push({ text: data.at.toFixed() }));
  return (
    <>
      <textarea {...useTextField('notes')} />
      {todos?.map(({ text }) => (
        <p key={text}>{text}</p>
      ))}
      {Math.max(...pointers)}
    </>
  );
}
