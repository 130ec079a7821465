/**
 * Other nodes may know of something that has yet to come to this one: nothing is made up in its place (G3). As the cause of a
 * refused load it says what is waited for.
 */
export class NotHereYet extends Error {
  override readonly name = 'NotHereYet';
}
