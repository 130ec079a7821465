import type { Room } from '@quire/client';
import { createPresenceField, readOthers, watchPresence } from '../base/presence-field.ts';

/** Who stops for this long has stopped typing. */
const TYPING_LASTS_MS = 4_000;

export interface Typing {
  /** This person has typed something, or taken all of it away. */
  noteInput(text: string): void;
  close(): void;
}

/**
 * Says in presence that somebody types in a channel, and tells who else does.
 *
 * @param onOthers called with the names of the others whenever they may have changed
 */
export function watchTyping(
  { awareness, people }: Room,
  channel: string,
  onOthers: (names: readonly string[]) => void,
): Typing {
  const field = createPresenceField<string>(awareness, 'typing');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isTyping = false;

  const stop = () => {
    clearTimeout(timer);
    if (isTyping) field.clear();
    isTyping = false;
  };
  const look = () => {
    const typing = readOthers(awareness, 'typing', (said) => (said === channel ? channel : null));
    onOthers(
      people
        .get()
        .filter(({ clientId }) => typing.has(clientId))
        .map(({ name }) => name),
    );
  };
  const stopWatching = watchPresence(awareness, look);
  look();

  return {
    noteInput(text) {
      if (text.trim() === '') {
        stop();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(stop, TYPING_LASTS_MS);
      if (!isTyping) field.set(channel);
      isTyping = true;
    },
    close() {
      stop();
      stopWatching();
    },
  };
}
