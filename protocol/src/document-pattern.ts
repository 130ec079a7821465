import { z } from 'zod';
import type { DocumentName } from './document-name.ts';

export const MAX_PATTERN_LENGTH = 512;

/** In a segment: any run of characters but slashes. As a whole segment: exactly one. */
const ANY_TEXT = '*';
/** A whole segment: one or more. */
const ANY_SEGMENTS = '**';

/** Covers every document there is. */
export const EVERY_DOCUMENT = ANY_SEGMENTS;

/**
 * Names of documents: `team/plan` is one, `team/*` all directly below `team`, `team/**` all below it at any depth, and
 * `**` every document there is.
 */
export const documentPatternSchema = z.string().min(1).max(MAX_PATTERN_LENGTH);

/** @param pattern as {@link documentPatternSchema} has it; any other text matches itself at most */
export function compilePattern(pattern: string): (name: DocumentName) => boolean {
  if (pattern === EVERY_DOCUMENT) return () => true;
  if (!pattern.includes(ANY_TEXT)) return (name) => name === pattern;
  const segments = pattern
    .split('/')
    .flatMap((segment) => (segment === ANY_SEGMENTS ? [ANY_TEXT, ANY_SEGMENTS] : [segment]))
    .map((segment) => ({ isWild: segment === ANY_SEGMENTS, letters: [...segment] }));
  return (name) =>
    matchSequence(
      segments,
      name.split('/'),
      ({ isWild }) => isWild,
      ({ letters }, text) =>
        matchSequence(
          letters,
          [...text],
          (letter) => letter === ANY_TEXT,
          (letter, other) => letter === other,
        ),
    );
}

/**
 * Whether `items` are what `pattern` describes, where a wild part stands for any number of them. Going back only to the
 * last wild part takes at most the product of both lengths, whatever somebody writes into a pattern.
 */
function matchSequence<Part, Item>(
  pattern: readonly Part[],
  items: readonly Item[],
  isWild: (part: Part) => boolean,
  matches: (part: Part, item: Item) => boolean,
): boolean {
  let at = 0;
  let index = 0;
  let wildAt = -1;
  let resumeAt = 0;
  while (index < items.length) {
    const part = pattern[at];
    if (part !== undefined && isWild(part)) {
      wildAt = at;
      resumeAt = index;
      at += 1;
    } else if (part !== undefined && matches(part, items[index] as Item)) {
      at += 1;
      index += 1;
    } else if (wildAt >= 0) {
      resumeAt += 1;
      index = resumeAt;
      at = wildAt + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every(isWild);
}
