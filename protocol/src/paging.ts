import { z } from 'zod';
import { MAX_PAGE_SIZE } from './rest.ts';

/** Of a list that is short enough to be given out at once: all of it, unless somebody asks for pages. */
export const pageQuerySchema = z.object({
  after: z.string().max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).optional(),
});

/** Pass as `after` for the next page; null on the last. */
export const nextPageSchema = z.string().nullable();
