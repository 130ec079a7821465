import { simpleDiffString } from 'lib0/diff';

/** One place of a text where some of it is replaced. */
export interface Replacement {
  readonly index: number;
  readonly remove: number;
  readonly insert: string;
}

/** What a field shows of a text, which is not always all of it. */
export interface FieldText {
  readonly shown: string;
  /** Where in the text the character stands that is shown at `index`. */
  toText(index: number): number;
  toShown(index: number): number;
  /** What has to be replaced in the text, so that this is shown in place of what is. */
  replaceBy(shown: string): Replacement;
}

/** A `<textarea>` shows a line break of any kind as `\n`, an `<input>` shows none. */
const CHARACTERS = { textarea: /\r\n|[\s\S]/g, input: /[^\r\n]/g } as const;

export type FieldKind = keyof typeof CHARACTERS;

export function readAs(kind: FieldKind, text: string): FieldText {
  const isAllShown = !(kind === 'input' ? /[\r\n]/ : /\r/).test(text);
  return isAllShown ? readPlain(text) : readHidden(text, [...text.matchAll(CHARACTERS[kind])]);
}

function readPlain(text: string): FieldText {
  const same = (index: number) => index;
  return { shown: text, toText: same, toShown: same, replaceBy: (shown) => simpleDiffString(text, shown) };
}

function readHidden(text: string, characters: readonly RegExpExecArray[]): FieldText {
  const shown = characters.map(([character]) => (character.startsWith('\r') ? '\n' : character)).join('');
  const startOf = (index: number) => characters[index]?.index ?? text.length;
  return {
    shown,
    toText: startOf,
    toShown(index) {
      const at = characters.findIndex((character) => character.index >= index);
      return at === -1 ? characters.length : at;
    },
    replaceBy(other) {
      const { index, remove, insert } = simpleDiffString(shown, other);
      const start = startOf(index);
      const last = remove === 0 ? undefined : characters[index + remove - 1];
      return { index: start, remove: last === undefined ? 0 : last.index + last[0].length - start, insert };
    },
  };
}

/** Where an index of one text is in another that was made of it; what is written at the index itself comes behind it. */
export function carryIndex(index: number, before: string, after: string): number {
  const change = simpleDiffString(before, after);
  if (index <= change.index) return index;
  return Math.max(index - change.remove, change.index) + change.insert.length;
}

/** The same replacement in a text that others have changed meanwhile. */
export function carryReplacement({ index, remove, insert }: Replacement, before: string, after: string): Replacement {
  if (before === after) return { index, remove, insert };
  const start = carryIndex(index, before, after);
  return {
    index: start,
    remove: remove === 0 ? 0 : Math.max(0, carryIndex(index + remove, before, after) - start),
    insert,
  };
}
