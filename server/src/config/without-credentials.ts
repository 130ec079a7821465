/**
 * An address for people to read: without a user and a password, and without its query, in which services that know nobody
 * by a header want their keys.
 */
export function withoutCredentials(text: string): string {
  return (
    text
      .replace(/\/\/[^/?#]*@/, '//…@')
      // Whether a user or a host stands before it, nobody can say.
      .replace(/\/\/[^/?#@]*[?#][^/]*@.*/s, '//…')
      .replace(/^(\s*[a-z][\w+.-]*:\/\/[^?]*\?).+$/is, '$1…')
  );
}
