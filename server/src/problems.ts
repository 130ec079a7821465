import type { ProblemCode } from '@quire/protocol';

export { type ProblemCode, type ProblemKind, problemKinds } from '@quire/protocol';

/** A request that can't be served, and why. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
