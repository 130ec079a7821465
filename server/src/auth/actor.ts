/** Who changes who may enter, for the audit log and for whoever looks at the change later. */
export interface Actor {
  /** Empty when nobody is known. */
  readonly user: string;
  /** Null when it is the program that the server runs in. */
  readonly address: string | null;
}

/** The program that the server runs in. */
export const OURSELVES: Actor = { user: '', address: null };
