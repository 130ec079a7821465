import { z } from 'zod';

/** Somebody who has a document open, in one tab. */
export const presentPersonSchema = z.object({
  /** Of Yjs: it is in what they write, and in cursors. */
  clientId: z.int().nonnegative(),
  /** Whom a token names; empty for a guest. */
  user: z.string(),
  /** What their client says of them, with the identity that the server has put into it. */
  state: z.record(z.string(), z.unknown()),
});
export type PresentPerson = z.infer<typeof presentPersonSchema>;

/** Ids of nodes of the cluster that did not answer in time: whoever is there by them may be missing. */
export const unansweredSchema = z.array(z.string());

export const presenceListSchema = z.object({
  people: z.array(presentPersonSchema),
  /** How many more are there: of a crowd only so many are listed (`limits.maxListedPeople`). */
  counted: z.int().nonnegative(),
  unanswered: unansweredSchema,
});
export type PresenceList = z.infer<typeof presenceListSchema>;
