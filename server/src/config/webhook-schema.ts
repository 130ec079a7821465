import { z } from 'zod';
import { readWebhookSecret } from '../auth/webhook/signature.ts';
import { cookieNameSchema, listOf, openUrlSchema, whole } from './value-schemas.ts';

const secretSchema = z.string().superRefine((secret, context) => {
  if (readWebhookSecret(secret) !== null) return;
  context.addIssue({
    code: 'custom',
    message: 'must be base64 of 24 to 64 bytes, as `openssl rand -base64 32` prints (commas separate secrets)',
    input: secret,
  });
});

/** How a backend is asked who somebody is, with `auth` `webhook`. */
export const webhookSchema = z.strictObject({
  url: openUrlSchema('questions are signed with webhook.secrets')
    .optional()
    .describe(
      'Address at which your backend is asked who somebody is and what they may do; see docs/access.md. It gets their token, so take `https` where the network is not your own.',
    ),
  secrets: listOf(secretSchema)
    .prefault([])
    .describe(
      'Secrets with which questions are signed (Standard Webhooks), separated by commas: base64 of 24 to 64 bytes each, with or without `whsec_`. A question is signed with each of them, so they can be changed one after the other.',
    )
    .meta({ secret: true }),
  cookies: listOf(cookieNameSchema)
    .prefault([])
    .describe(
      'Names of cookies that your backend is sent of somebody who brings no token; they count only for pages of the server’s own origin and of `allowedOrigins`, `*` left aside.',
    ),
  timeoutMs: whole(100, 60_000)
    .default(3000)
    .describe(
      'How long an answer may take, in milliseconds, and how long a question may wait until it is asked. Twice this is how long somebody may wait at the door, so it should be less than half of `limits.establishTimeoutMs`.',
    ),
  cacheMs: whole(0, 86_400_000)
    .default(60_000)
    .describe(
      'How long an answer counts for whoever brings the same token or cookies again, in milliseconds; at the longest until its `exp`. While the backend is away, it counts until its `exp`.',
    ),
  maxQuestions: whole(1, 1000)
    .default(32)
    .describe('Most questions that are asked at once; the others wait, one address after the other in turn.'),
});
