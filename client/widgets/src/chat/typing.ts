import type { Other, Room } from '@quire/client';

/** Who stops for this long has stopped typing. */
const TYPING_LASTS_MS = 4_000;

/** In presence, the channels in which somebody types: a page may show several, and each says only what is its own. */
const TYPING_IN = 'typingIn';

/** There React's `useTyping` says `true`, of the whole room, and pages of before said one channel. */
const TYPING = 'typing';

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
  { mine, others, update }: Room['presence'],
  channel: string,
  onOthers: (names: readonly string[]) => void,
): Typing {
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (types: boolean) => {
    const channels = readChannels(mine.get()[TYPING_IN]);
    if (channels.includes(channel) === types) return;
    const elsewhere = channels.filter((each) => each !== channel);
    update({ [TYPING_IN]: types ? [...elsewhere, channel] : elsewhere });
  };
  const stop = () => {
    clearTimeout(timer);
    say(false);
  };
  const look = () => {
    const types = ({ presence }: Other) =>
      readChannels(presence[TYPING_IN]).includes(channel) || presence[TYPING] === channel;
    onOthers(
      others
        .get()
        .filter(types)
        .map(({ name }) => name),
    );
  };
  const stopWatching = others.subscribe(look);
  look();

  return {
    noteInput(text) {
      if (text.trim() === '') {
        stop();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(stop, TYPING_LASTS_MS);
      say(true);
    },
    close() {
      stop();
      stopWatching();
    },
  };
}

/** It comes from other people's programs. */
function readChannels(said: unknown): readonly string[] {
  return Array.isArray(said) ? said.filter((each) => typeof each === 'string') : [];
}
