import { z } from 'zod';
import { nextPageSchema } from './paging.ts';
import { roles } from './roles.ts';
import { MAX_COMMENT_LENGTH, MAX_GUEST_NAME_LENGTH } from './thread-facts.ts';

/** A relative position is two numbers, or the name of a shared type. */
const MAX_POSITION_LENGTH = 1_000;

/** Who said something, as the server knew them then; an empty id: somebody without a token. */
export const commentAuthorSchema = z.object({ id: z.string(), name: z.string() });
export type CommentAuthor = z.infer<typeof commentAuthorSchema>;

export const commentSchema = z.object({
  id: z.string(),
  author: commentAuthorSchema,
  time: z.iso.datetime(),
  /** When its author last changed it. */
  edited: z.iso.datetime().nullable(),
  text: z.string(),
});
export type Comment = z.infer<typeof commentSchema>;

/** A thread, over HTTP and in the companion document alike. Times are ISO 8601 in UTC. */
export const threadSchema = z.object({
  id: z.string(),
  author: commentAuthorSchema,
  created: z.iso.datetime(),
  /** The beginning of what the thread was anchored to; empty while it is about the whole document. */
  quote: z.string(),
  resolved: z.object({ by: commentAuthorSchema, time: z.iso.datetime() }).nullable(),
  /** Oldest first; there is at least one. */
  comments: z.array(commentSchema),
});
export type Thread = z.infer<typeof threadSchema>;

/** Oldest first. */
export const threadListSchema = z.object({
  threads: z.array(threadSchema),
  next: nextPageSchema,
  /** Whoever asked, as the author of what they would say; empty for a guest. */
  you: commentAuthorSchema.extend({ role: z.enum(roles) }),
});
export type ThreadList = z.infer<typeof threadListSchema>;

const textSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_COMMENT_LENGTH)
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** The name that somebody goes by of whom no token says who they are; of others it is not looked at. */
const guestSchema = z.string().trim().max(MAX_GUEST_NAME_LENGTH).optional();

/** Relative positions of Yjs (`encodeRelativePosition`) as Base64: they stay right, whatever others write meanwhile. */
const positionSchema = z.string().min(1).max(MAX_POSITION_LENGTH);
export const anchorSchema = z.object({ start: positionSchema, end: positionSchema });
export type Anchor = z.infer<typeof anchorSchema>;

export const createThreadSchema = z.object({ text: textSchema, anchor: anchorSchema.optional(), guest: guestSchema });
export const changeThreadSchema = z.object({ resolved: z.boolean(), guest: guestSchema });
export const createCommentSchema = z.object({ text: textSchema, guest: guestSchema });
export const changeCommentSchema = z.object({ text: textSchema });
