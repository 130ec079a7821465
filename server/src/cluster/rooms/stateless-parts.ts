/** Larger messages would hold up all others on the way between nodes. */
export const MOST_STATELESS_CHARACTERS = 1024 * 1024;

/** One of those in which a stateless message is told that is larger. */
export interface StatelessPart {
  /** Which of the messages that its node has told in parts. */
  readonly of: number;
  /** From 0 on. */
  readonly index: number;
  readonly count: number;
  readonly text: string;
}

/** No text of V8 has more. */
export const MOST_STATELESS_PARTS = 1024;

/** Between characters: half of one is no text. */
export function cutIntoParts(payload: string): string[] {
  const texts: string[] = [];
  for (let start = 0; start < payload.length; ) {
    let end = Math.min(payload.length, start + MOST_STATELESS_CHARACTERS);
    if (end < payload.length && isFirstHalf(payload.charCodeAt(end - 1))) end -= 1;
    texts.push(payload.slice(start, end));
    start = end;
  }
  return texts;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
