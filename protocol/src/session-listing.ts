import { z } from 'zod';
import { nextPageSchema } from './paging.ts';
import { unansweredSchema } from './presence-listing.ts';
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

/** By id. */
export const sessionListSchema = z.object({
  sessions: z.array(sessionSchema),
  next: nextPageSchema,
  unanswered: unansweredSchema,
});
export type SessionList = z.infer<typeof sessionListSchema>;
