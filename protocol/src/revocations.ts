import { z } from 'zod';
import { nextPageSchema, pageQuerySchema } from './paging.ts';

/** As long as `sub` of a token may be. */
export const MAX_USER_ID_LENGTH = 200;
export const MAX_TOKEN_ID_LENGTH = 1_000;

/** Of somebody, all that was issued before a moment; or one token, by its `jti`. */
export const revokeSchema = z
  .strictObject({
    user: z.string().min(1).max(MAX_USER_ID_LENGTH).optional(),
    token: z.string().min(1).max(MAX_TOKEN_ID_LENGTH).optional(),
    /** ISO 8601, with its offset; left out, now. */
    issuedBefore: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ user, token }) => (user === undefined) !== (token === undefined), 'give either user or token')
  .refine(({ token, issuedBefore }) => token === undefined || issuedBefore === undefined, {
    path: ['issuedBefore'],
    message: 'goes with a user; a token is revoked whenever it was issued',
  });

export const revocationSchema = z.object({
  id: z.string(),
  /** Null: it is of one token. */
  user: z.string().nullable(),
  /** The `jti` of a token; null: it is of a user. */
  token: z.string().nullable(),
  issuedBefore: z.iso.datetime().nullable(),
  created: z.iso.datetime(),
  /** The id of whoever asked for it; empty where nobody is known. */
  createdBy: z.string(),
});
export type Revocation = z.infer<typeof revocationSchema>;

export const revocationQuerySchema = z.strictObject({
  user: z.string().min(1).max(MAX_USER_ID_LENGTH).optional(),
  ...pageQuerySchema.shape,
});

export const revocationListSchema = z.object({
  /** The latest first. */
  revocations: z.array(revocationSchema),
  next: nextPageSchema,
});
export type RevocationList = z.infer<typeof revocationListSchema>;
