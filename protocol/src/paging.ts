import { z } from 'zod';

export const MAX_PAGE_SIZE = 200;

/** How much of a list is asked for: no answer holds all of one, however short it may be. */
export const pageQuerySchema = z.object({
  after: z.string().max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(50),
});

/** Pass as `after` for the next page; null on the last. */
export const nextPageSchema = z.string().nullable();
