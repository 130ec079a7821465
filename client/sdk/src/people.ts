import type { Viewers } from '@quire/protocol';
import { cutText } from '@quire/protocol/wire';
import type { Awareness } from 'y-protocols/awareness';
import type { Person, PersonDetails } from './api.ts';
import type { Clock } from './clock.ts';
import { createWritable, type Readable } from './readable.ts';

/** Carets move with every keystroke; a list of people need not. */
const CURSOR_STEP_MS = 1_000;
/** For clients of other makes that say nothing about themselves. */
const NAMELESS: PersonDetails = { name: 'Guest', color: '#6b7280' };
const MAX_NAME_LENGTH = 100;

export interface PeopleList {
  readonly list: Readable<readonly Person[]>;
  /** How many are in the document whom the list does not have. */
  readonly viewers: Readable<number>;
  /** What the server says of how many it shows, and how many not; null once it is not there to say so. */
  countViewers(told: Viewers | null): void;
  close(): void;
}

/** Watches an awareness and keeps the list of people in it, me first, then by arrival; and how many more there are. */
export function watchPeople(awareness: Awareness, clock: Clock): PeopleList {
  const people = new Map<number, Person>();
  const cursors = new Map<number, string>();
  const list = createWritable<readonly Person[]>([]);
  const viewers = createWritable(0);
  let told: Viewers | null = null;

  const read = (clientId: number): boolean => {
    const state = awareness.getStates().get(clientId);
    const before = people.get(clientId);
    if (state === undefined) {
      cursors.delete(clientId);
      return people.delete(clientId);
    }
    const cursor = JSON.stringify(state.cursor ?? null);
    const moved = cursor !== (cursors.get(clientId) ?? 'null');
    cursors.set(clientId, cursor);
    const person: Person = {
      clientId,
      ...readDetails(state.user),
      isMe: clientId === awareness.clientID,
      cursorActiveAt: stepCursor(before?.cursorActiveAt ?? null, cursor !== 'null', moved, clock.now()),
    };
    if (before !== undefined && isSamePerson(before, person)) return false;
    people.set(clientId, person);
    return true;
  };

  /** The server counts us among those whom it does not show, if it does not; our own list always has us. */
  const count = () => {
    const everybody = told === null ? 0 : told.listed + told.count;
    viewers.set(told === null || told.count === 0 ? 0 : Math.max(0, everybody - people.size));
  };

  const publish = () => {
    const all = [...people.values()];
    list.set([...all.filter((person) => person.isMe), ...all.filter((person) => !person.isMe)]);
    count();
  };

  const onChange = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }) => {
    const changed = [...added, ...updated, ...removed].filter(read);
    if (changed.length > 0) publish();
  };

  for (const clientId of awareness.getStates().keys()) read(clientId);
  publish();
  awareness.on('change', onChange);
  return {
    list,
    viewers,
    countViewers(latest) {
      told = latest;
      count();
    },
    close: () => awareness.off('change', onChange),
  };
}

function stepCursor(before: number | null, inText: boolean, moved: boolean, now: number): number | null {
  if (!inText) return null;
  if (before === null) return now;
  return moved && now - before >= CURSOR_STEP_MS ? now : before;
}

/** Presence comes from other people's clients: anything may be in it. */
function readDetails(user: unknown): PersonDetails {
  if (typeof user !== 'object' || user === null) return NAMELESS;
  const { name, color } = user as { name?: unknown; color?: unknown };
  return {
    name: typeof name === 'string' && name.trim() !== '' ? cutText(name.trim(), MAX_NAME_LENGTH) : NAMELESS.name,
    color: typeof color === 'string' && color !== '' ? color : NAMELESS.color,
  };
}

function isSamePerson(a: Person, b: Person): boolean {
  return a.name === b.name && a.color === b.color && a.cursorActiveAt === b.cursorActiveAt;
}
