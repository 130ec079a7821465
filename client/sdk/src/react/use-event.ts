import { useEffect } from 'react';
import type { ReceivedEvent, Room } from '../api.ts';
import { useArguments } from './hook-arguments.ts';
import { useLatest } from './use-latest.ts';

type Handler<Name extends string, Data> = (event: ReceivedEvent<Name, Data>) => void;

/**
 * Hears what is said in the room while the component is mounted. Always calls the handler of the last render. What is missed
 * can't be had again from here: `room.events.onGap` tells of it.
 *
 * @example
 * useEvent<{ text: string }>('chat', ({ data, from }) => show(`${from.name}: ${data.text}`));
 * @typeParam Data what comes with it; of a room that knows its events, that is known
 */
export function useEvent<Data = unknown>(name: string, handler: Handler<string, Data>): void;
export function useEvent<Events extends object, Name extends keyof Events & string>(
  room: Room<Events> | null,
  name: Name,
  handler: Handler<Name, Events[Name]>,
): void;
export function useEvent(...given: readonly unknown[]): void {
  const [room, name, handler] = useArguments<[name: string, handler: Handler<string, unknown>]>('useEvent', given);
  const latest = useLatest(handler);
  useEffect(() => room?.events.on(name, (event) => latest.current(event)), [room, name, latest]);
}
