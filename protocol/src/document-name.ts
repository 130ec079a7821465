import { encodeUtf8 } from 'lib0/string';

declare const documentNameBrand: unique symbol;

/** A checked document name: path-like free text, 1–512 bytes of UTF-8, no control characters. */
export type DocumentName = string & { readonly [documentNameBrand]: true };

export const MAX_DOCUMENT_NAME_BYTES = 512;
/** UTF-8 takes at most so many bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

export type NameFault =
  | 'empty'
  | 'dots'
  | 'too-long'
  | 'control-character'
  | 'lone-surrogate'
  | 'noncharacter'
  | 'reserved';

/** What stands before the name of a document in that of its comments. Nothing else is called so. */
export const COMMENTS_PREFIX = '~comments/';

const nameFaultWords = {
  empty: 'a document name needs at least one visible character',
  dots: 'a document may not be called . or .., which browsers take out of every address',
  'too-long': `a document name has at most ${MAX_DOCUMENT_NAME_BYTES} bytes of UTF-8`,
  'control-character': 'a document name has no control characters',
  'lone-surrogate': 'a document name is well-formed Unicode',
  noncharacter: 'a document name has none of the code points that Unicode keeps for the inside of programs',
  reserved: `names that begin with ${COMMENTS_PREFIX} are those of comments, followed by the name of their document`,
} as const satisfies Record<NameFault, string>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

/** Unicode keeps these for a program's own use: a name with one is the server's, see `registry-name.ts` there. */
const noncharacter = /\p{Noncharacter_Code_Point}/u;

/**
 * Says what is wrong with a name, or null: of a document, or of the comments on one. NUL is among the refused:
 * `name\0session` is an address form (R8).
 */
export function findNameFault(text: string): NameFault | null {
  if (text.startsWith(COMMENTS_PREFIX)) {
    const commented = text.slice(COMMENTS_PREFIX.length);
    return commented.startsWith(COMMENTS_PREFIX) ? 'reserved' : findNameFault(commented);
  }
  if (text.trim() === '') return 'empty';
  if (text === '.' || text === '..') return 'dots';
  if (controlCharacter.test(text)) return 'control-character';
  if (!text.isWellFormed()) return 'lone-surrogate';
  if (noncharacter.test(text)) return 'noncharacter';
  if (text.length > MAX_DOCUMENT_NAME_BYTES) return 'too-long';
  const mayBeLonger = text.length * MAX_BYTES_PER_UNIT > MAX_DOCUMENT_NAME_BYTES;
  if (mayBeLonger && encodeUtf8(text).length > MAX_DOCUMENT_NAME_BYTES) return 'too-long';
  return null;
}

export function isDocumentName(text: string): text is DocumentName {
  return findNameFault(text) === null;
}

export function describeNameFault(fault: NameFault): string {
  return nameFaultWords[fault];
}

/** As {@link findNameFault}, of a document of its own: comments are no document that anybody creates, renames or deletes. */
export function findDocumentFault(text: string): NameFault | null {
  return findNameFault(text) ?? (text.startsWith(COMMENTS_PREFIX) ? 'reserved' : null);
}
