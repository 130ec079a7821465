/** What an event of a chat holds. */
export interface Said {
  readonly text: string;
  /** What the page that sent it called it, to know its own again. */
  readonly ref: string | null;
}

/** Even if each character takes six bytes, that is less than a server takes in one event. */
export const MAX_TEXT_LENGTH = 2_000;
const reference = /^[\w-]{1,64}$/;

/** Others can send anything under the name of the channel; null where it says nothing. */
export function parseSaid(data: unknown): Said | null {
  const { text, ref } = (typeof data === 'object' && data !== null ? data : { text: data }) as Readonly<
    Record<string, unknown>
  >;
  if (typeof text !== 'string' || text.trim() === '') return null;
  return {
    text: text.trim().slice(0, MAX_TEXT_LENGTH).toWellFormed(),
    ref: typeof ref === 'string' && reference.test(ref) ? ref : null,
  };
}
