import { z } from 'zod';
import { linkRoles } from './link-roles.ts';
import { nextPageSchema } from './paging.ts';

export const MAX_LINK_LABEL_LENGTH = 100;

export const createLinkSchema = z.strictObject({
  role: z.enum(linkRoles),
  /** ISO 8601, with its offset; left out, the link lasts until it is revoked. */
  expires: z.iso.datetime({ offset: true }).optional(),
  /** What it is for, to tell it from others. */
  label: z.string().trim().max(MAX_LINK_LABEL_LENGTH).optional(),
});

/** A share link as its document's owners see it: without its secret, which nobody knows but those who have it. */
export const shareLinkSchema = z.object({
  id: z.string(),
  role: z.enum(linkRoles),
  label: z.string(),
  /** Null: not until it is revoked. */
  expires: z.iso.datetime().nullable(),
  created: z.iso.datetime(),
  /** The id of whoever made it; empty where nobody is known. */
  createdBy: z.string(),
});
export type ShareLink = z.infer<typeof shareLinkSchema>;

/** The answer to its creation, and the only one that ever holds its secret. */
export const createdLinkSchema = shareLinkSchema.extend({
  token: z.string(),
  /** Opens the app with the token; null where the app is not served. */
  url: z.string().nullable(),
});
export type CreatedLink = z.infer<typeof createdLinkSchema>;

/** The latest first. */
export const shareLinkListSchema = z.object({ links: z.array(shareLinkSchema), next: nextPageSchema });
export type ShareLinkList = z.infer<typeof shareLinkListSchema>;
