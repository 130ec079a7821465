/** Codes of `PersistenceError`, and whether the same call may succeed later without anybody's help. */
export const RETRYABLE_BY_CODE = {
  /** Another process holds the directory. */
  LOCKED: false,
  /** A record fails its checksum, can't be decoded, or is missing. */
  CORRUPT_RECORD: false,
  /** Written by a newer version of this package. */
  NEWER_FORMAT: false,
  /** The disk refuses writes at the moment. */
  REFUSED: true,
  /** More waits for the disk than the limit allows. */
  QUEUE_FULL: true,
  /** The entry belongs to another life of the document. */
  EPOCH_MOVED: false,
  BAD_NAME: false,
  BAD_ENTRY: false,
  BAD_CURSOR: false,
  UNKNOWN_DOCUMENT: false,
  /** The disk failed to read. */
  READ_FAILED: true,
  /** Folding failed; the entries stay as they are. */
  FOLD_FAILED: true,
  OPEN_FAILED: false,
  CLOSED: false,
} as const;

export type PersistenceErrorCode = keyof typeof RETRYABLE_BY_CODE;

export interface PersistenceErrorDetails {
  readonly cause?: unknown;
  readonly document?: string;
  /** Hexadecimal key of the record that the error is about. */
  readonly key?: string;
}

export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  readonly code: PersistenceErrorCode;
  readonly retryable: boolean;
  readonly document: string | undefined;
  readonly key: string | undefined;

  constructor(code: PersistenceErrorCode, message: string, details: PersistenceErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = RETRYABLE_BY_CODE[code];
    this.document = details.document;
    this.key = details.key;
  }
}
