import type { z } from 'zod';
import { ApiError } from './problems.ts';

/**
 * @param whose what `name` is the name of
 * @throws {ApiError} `bad-document-name` when nothing but the name of a document is at fault, `bad-request` otherwise
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, whose: 'document' | 'event' = 'document'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
  const isName = result.error.issues.every((issue) => issue.path[0] === 'name');
  throw new ApiError(isName && whose === 'document' ? 'bad-document-name' : 'bad-request', faults.join('; '));
}
