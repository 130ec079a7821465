export type QuireErrorCode =
  /** `connect` was given no address and there is no page to take one from. */
  | 'no-address'
  | 'bad-address'
  /** A document was to be opened where there is no `WebSocket`, as in Node before 22, and none was given. */
  | 'no-websocket'
  | 'bad-document-name'
  /** A new document was to get a name that another one has. */
  | 'document-exists'
  | 'client-closed'
  | 'room-closed'
  /** `getToken` failed, with what is the `cause`; nothing was sent. */
  | 'no-token'
  /** What it is about has yet to be saved; nothing was sent. */
  | 'not-saved'
  /** The server could not be reached, or the network failed on the way. */
  | 'unreachable'
  /**
   * A part of this package that is loaded when it is needed could not be, though the network is there: the page is from a
   * deployment whose files are gone, or the browser keeps an earlier failure. Reloading the page helps.
   */
  | 'part-not-loaded'
  /** The server took the request, or the network swallowed it: whether it was carried out is not known. */
  | 'timeout'
  /** An event whose answer was lost, and of which the server remembers nothing any more: others may have heard it. */
  | 'unconfirmed'
  /** The server answered with a problem; `status` and `problem` say which. */
  | 'refused'
  /** The server answered with something that is not its API. */
  | 'bad-answer';

const passing: readonly QuireErrorCode[] = ['no-token', 'not-saved', 'unreachable', 'timeout'];

/** Of HTTP: less of it at once will do. */
const TOO_MANY = 429;

export interface QuireErrorDetails {
  readonly cause?: unknown;
  /** HTTP status, where the server answered. */
  readonly status?: number;
  /** The server's own stable code for the problem. */
  readonly problem?: string;
}

/** Every error of this package. `message` can be shown to a person. */
export class QuireError extends Error {
  override readonly name = 'QuireError';
  readonly code: QuireErrorCode;
  readonly status: number | undefined;
  readonly problem: string | undefined;

  constructor(code: QuireErrorCode, message: string, details: QuireErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.problem = details.problem;
  }

  /** Whether the same call can succeed later without anything else changing. */
  get retryable(): boolean {
    if (passing.includes(this.code)) return true;
    return this.status !== undefined && (this.status >= 500 || this.status === TOO_MANY);
  }
}

export function roomClosed(): QuireError {
  return new QuireError('room-closed', 'The document was closed.');
}

/** @param cause what a page's `getToken` failed with */
export function noToken(cause: unknown): QuireError {
  return new QuireError('no-token', `This page could not get a token: getToken failed with “${wordsOf(cause)}”.`, {
    cause,
  });
}

export function unreachable(cause: unknown): QuireError {
  return new QuireError('unreachable', 'The server can’t be reached. Check the connection and try again.', { cause });
}

export function partNotLoaded(cause: unknown): QuireError {
  return new QuireError('part-not-loaded', 'A part of this page could not be loaded. Reload the page.', {
    cause,
  });
}

export function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
