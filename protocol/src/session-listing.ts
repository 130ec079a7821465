import { z } from 'zod';
import { unansweredSchema } from './presence-listing.ts';
import { MAX_PAGE_SIZE } from './rest.ts';
import { roles } from './roles.ts';

/** A connection to a document, as its owners see it. */
export const sessionSchema = z.object({
  id: z.string(),
  /** Whom a token names; empty for a guest. */
  user: z.string(),
  role: z.enum(roles),
  since: z.iso.datetime(),
  dialect: z.enum(['hocuspocus', 'y-websocket']),
});
export type SessionInfo = z.infer<typeof sessionSchema>;

export const sessionQuerySchema = z.object({
  after: z.string().max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(50),
});

/** By id. */
export const sessionListSchema = z.object({
  sessions: z.array(sessionSchema),
  /** Pass as `after` for the next page; null on the last. */
  next: z.string().nullable(),
  unanswered: unansweredSchema,
});
export type SessionList = z.infer<typeof sessionListSchema>;
