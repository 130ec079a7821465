// What the compiler must accept of a room, and must not: checked with the types of the package, and never run.
import type { Awareness } from 'y-protocols/awareness';
import type { Client, EventMap, Presence, Room } from '../api.ts';

interface Said {
  readonly chat: { readonly text: string };
  readonly wave: null;
}

interface Here {
  readonly pointer: { readonly x: number } | null;
  readonly mood: string;
}

export function typed(client: Client): void {
  const { awareness, events, presence } = client.open<Said, Here>('plan');
  presence.update({ pointer: { x: 1 } });
  // @ts-expect-error: a mood is a word
  presence.update({ mood: 3 });
  // @ts-expect-error: nobody says that of themselves
  presence.update({ mod: 'calm' });
  presence.mine.get().mood satisfies string | undefined;
  // @ts-expect-error: who has said nothing yet has no mood
  presence.mine.get().mood satisfies string;
  for (const { name, presence: theirs } of presence.others.get()) [name, theirs.pointer?.x] satisfies [string, unknown];
  // @ts-expect-error: nobody says that of themselves
  presence.others.subscribe(([other]) => other?.presence.mod);
  awareness.setLocalStateField('pointer', { x: 1 });
  awareness.setLocalStateField('mood', 'calm');
  awareness.setLocalState({ mood: 'calm' });
  awareness.setLocalState(null);
  // @ts-expect-error: a mood is a word
  awareness.setLocalStateField('mood', 3);
  // @ts-expect-error: nobody says that of themselves
  awareness.setLocalStateField('mod', 'calm');
  // @ts-expect-error: a pointer is somewhere
  awareness.setLocalState({ pointer: {} });
  awareness.getLocalState()?.mood satisfies string | undefined;
  // @ts-expect-error: who has said nothing yet has no mood
  awareness.getLocalState()?.mood satisfies string;
  for (const [, { pointer }] of awareness.getStates()) pointer?.x satisfies number | undefined;
  // @ts-expect-error: others' presence is theirs to change
  for (const [, state] of awareness.getStates()) state.mood = 'sad';
  void events.send('chat', { text: 'hello' });
  // @ts-expect-error: nobody says that in this room
  void events.send('shout');
  void client.open<EventMap, Here>('plan').events.send('shout', 1);
}

/** An editor's binding takes any awareness, and whoever is handed a room need not know what is said in it. */
export function handed(client: Client): void {
  const room = client.open<Said, Here>('plan');
  const bind = (_: Awareness) => {};
  const show = (_: Room) => {};
  bind(room.awareness);
  show(room);
  show(client.open('plan'));
  const known = (_: Room<Said, Here>) => {};
  known(room as Room);
  // @ts-expect-error: in this room they say something else of themselves
  known(client.open<Said, { readonly pointer: string }>('plan'));
}

export function untyped(client: Client): void {
  const room = client.open('plan') satisfies Room<EventMap, Presence>;
  room.awareness.setLocalStateField('anything', 3);
  room.presence.update({ anything: 3 });
  // @ts-expect-error: what it is has to be found out
  room.awareness.getLocalState()?.anything.length;
}
