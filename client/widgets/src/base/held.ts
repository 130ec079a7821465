import type { Room } from '@quire/client';

/** What an element works with for as long as it has a room. */
export interface Held {
  readonly room: Room;
  /** What is put into it goes with the room, by itself. */
  readonly root: ShadowRoot;
  /** Aborts when the room goes away. */
  readonly signal: AbortSignal;
}

/** Calls `listener` once there is content to show: an empty page before that would be a lie (G3). */
export function onceLoaded({ room, signal }: Pick<Held, 'room' | 'signal'>, listener: () => void): void {
  if (room.status.get().loaded) {
    listener();
    return;
  }
  const stop = room.status.subscribe(({ loaded }) => {
    if (!loaded) return;
    stop();
    listener();
  });
  signal.addEventListener('abort', stop, { once: true });
}

/** Calls `listener` with the value that is there, and with every one after it, until `signal` aborts. */
export function follow<T>(
  readable: { get(): T; subscribe(listener: (value: T) => void): () => void },
  signal: AbortSignal,
  listener: (value: T) => void,
): void {
  const stop = readable.subscribe(listener);
  signal.addEventListener('abort', stop, { once: true });
  listener(readable.get());
}
