/** A place on a board, or the way from one to another, in its units. */
export interface At {
  readonly x: number;
  readonly y: number;
}
