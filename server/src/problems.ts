import type { ProblemCode } from '@quire/protocol';

export { type ProblemCode, type ProblemKind, problemKinds } from '@quire/protocol';

/** A request that can't be served, and why. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ProblemCode;
  /** When it may succeed, where that follows from a setting; otherwise what its kind has. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, cause?: unknown, retryAfterSeconds?: number) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
