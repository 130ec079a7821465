import type { PersistenceErrorCode } from '../errors.ts';
import { PersistenceError } from '../errors.ts';

/** For `toSatisfy`: a `PersistenceError` with this code. */
export function failsWith(code: PersistenceErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof PersistenceError && error.code === code;
}
