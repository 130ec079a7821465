/** What has more goes in parts. */
export const MOST_STATELESS_CHARACTERS = 1024 * 1024;

/**
 * What a node says of itself each second shares the line with them. On the narrowest between a node and Redis, half a megabit
 * a second, a part takes one second, and three where each character is three bytes: after four a node is taken for silent.
 */
export const PART_CHARACTERS = 64 * 1024;

/** One of those in which a stateless message is told that is larger. */
export interface StatelessPart {
  /** Which of the messages that its node has told in parts. */
  readonly of: number;
  /** From 0 on. */
  readonly index: number;
  readonly count: number;
  readonly text: string;
}

/** No text of V8 has more: 2^29 characters, also when each part is one shorter than it may be. */
export const MOST_STATELESS_PARTS = 16_384;

/** Between characters: half of one is no text. */
export function cutIntoParts(payload: string): string[] {
  const texts: string[] = [];
  for (let start = 0; start < payload.length; ) {
    let end = Math.min(payload.length, start + PART_CHARACTERS);
    if (end < payload.length && isFirstHalf(payload.charCodeAt(end - 1))) end -= 1;
    texts.push(payload.slice(start, end));
    start = end;
  }
  return texts;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
