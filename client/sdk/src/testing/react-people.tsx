import { type RenderHookResult, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import type { Room } from '../api.ts';
import { QuireProvider, RoomProvider, useRoom } from '../react/index.ts';

export interface Visit {
  /** Of the server, with `/collab`. */
  readonly url: string;
  readonly document: string;
  /** Left out: a guest without a name. */
  readonly person?: string;
}

/** Somebody with a page of their own, which uses one hook in one room. */
export interface Visitor<T> {
  /** What the hook gives now. */
  readonly now: T;
  /** What it gave in each render, oldest first. */
  readonly renders: readonly T[];
  readonly room: Room;
  /** Lets their page render again, as when its parent does. */
  again(): void;
  /** Goes to another document. */
  goTo(document: string): void;
  leave(): void;
}

/** Somebody opens a page in which a hook is used in a room. */
export function enter<T>({ url, document, person }: Visit, useHook: () => T): Visitor<T> {
  const renders: T[] = [];
  const seen: { document: string; room: Room | null } = { document, room: null };
  const hook: RenderHookResult<T, unknown> = renderHook(
    () => {
      seen.room = useRoom();
      const value = useHook();
      renders.push(value);
      return value;
    },
    {
      wrapper: ({ children }: { readonly children: ReactNode }) => (
        <QuireProvider url={url}>
          <RoomProvider
            name={seen.document}
            person={person === undefined ? undefined : { name: person, color: '#2563eb' }}
          >
            {children}
          </RoomProvider>
        </QuireProvider>
      ),
    },
  );
  return {
    get now() {
      return hook.result.current;
    },
    renders,
    get room() {
      if (seen.room === null) throw new Error('the room is not open');
      return seen.room;
    },
    again: () => hook.rerender(),
    goTo(name) {
      seen.document = name;
      hook.rerender();
    },
    leave: () => hook.unmount(),
  };
}
