/**
 * Other nodes may know of something that has yet to come to this one: nothing is made up in its place (G3). As the cause of a
 * refused load it says what is waited for.
 */
export class NotHereYet extends Error {
  override readonly name = 'NotHereYet';
}

/** Of a name of which nothing is stored here, while somebody else may have it (R13). */
export const NOT_KNOWN_HERE = 'Whether there is such a document can not be known: other nodes are out of reach';
