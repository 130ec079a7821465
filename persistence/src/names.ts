import { PersistenceError } from './errors.ts';

/** What people call their documents is shorter: a server may put something before it for documents of its own. */
export const MAX_NAME_BYTES = 640;

// U+0000 ends a name inside a key; the other control characters only ever come from mistakes and attacks.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Why `name` can't be the name of a document, or null when it can. */
export function nameFault(name: string): string | null {
  if (name.length === 0) return 'is empty';
  if (CONTROL.test(name)) return 'contains a control character';
  if (!name.isWellFormed()) return 'contains half of a surrogate pair';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  return null;
}

export function assertDocumentName(name: string): void {
  const fault = nameFault(name);
  if (fault !== null) throw new PersistenceError('BAD_NAME', `The document name ${fault}`);
}
