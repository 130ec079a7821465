import { z } from 'zod';
import { MIN_SECRET_BYTES } from '../auth/jwt-keys.ts';
import { parseRedisAddress, RedisAddressError } from '../cluster/redis/redis-address.ts';
import { listOf, urlSchema, whole } from './value-schemas.ts';

const MIB = 1024 * 1024;

export const redisSchema = z.string().superRefine((url, context) => {
  try {
    parseRedisAddress(url);
  } catch (error) {
    if (!(error instanceof RedisAddressError)) throw error;
    context.addIssue({ code: 'custom', message: error.message, input: url });
  }
});

const secretSchema = z.string().superRefine((secret, context) => {
  if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return;
  context.addIssue({
    code: 'custom',
    message: `must have at least ${MIN_SECRET_BYTES} bytes, as \`openssl rand -base64 32\` prints them (commas separate secrets)`,
    input: secret,
  });
});

/** Others append paths of their own to it; and whatever else is in an address is not for everybody who sees it. */
const addressSchema = urlSchema.superRefine((text, context) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return; // said already
  if (url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') return;
  const message = 'must be an address without path, user and password, such as http://10.0.0.7:8080';
  context.addIssue({ code: 'custom', message, input: text });
});

/** How this node is one of several; none of it counts without `redis`. */
export const clusterSchema = z.strictObject({
  nodes: whole(1, 1000)
    .default(1)
    .describe(
      'How many nodes the cluster has when it is started for the first time: until a node with an empty directory has met so many, itself among them, it does not take itself for complete. Set it on each of them; later it means nothing.',
    ),
  secret: listOf(secretSchema)
    .prefault([])
    .describe(
      'Secret by which nodes know each other, the same on all of them, at least 32 bytes. Several, separated by commas, are all accepted, and the first is sent, so that it can be changed while they run.',
    )
    .meta({ secret: true }),
  address: addressSchema
    .optional()
    .describe(
      'Where the other nodes reach this one, such as `http://10.0.0.7:8080`. Left out: the port it listens on, and of its addresses the first that is not loopback; what it gets differs from container to container, so it may be left out there.',
    ),
  receipts: z
    .enum(['cluster', 'strict', 'local'])
    .default('cluster')
    .describe(
      'What a receipt waits for besides the disk of this node; `cluster`: Redis, while it can be reached; `strict`: Redis or all other nodes, and without them nothing is receipted; `local`: nothing.',
    ),
  prefix: z
    .string()
    .superRefine((prefix, context) => {
      if (/^[\w:.-]{1,64}$/.test(prefix)) return;
      context.addIssue({ code: 'custom', message: 'must be letters, digits, and _ : . - (64 at most)', input: prefix });
    })
    .default('quire:')
    .describe('What the names of all keys and channels in Redis begin with. Two clusters that share a Redis need two.'),
  redisCaFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the certificates (PEM) by which Redis is known over TLS, when they are not those of the system.',
    ),
  ackTimeoutMs: whole(10, 60_000)
    .default(1000)
    .describe(
      'How long a receipt waits for Redis, in milliseconds, before it is sent without (not with `strict`). Redis that says nothing for so long when it is asked counts as away.',
    ),
  streamAgeMs: whole(1000, 86_400_000)
    .default(600_000)
    .describe(
      'How long Redis keeps entries, in milliseconds. A node that was away longer gets them from the other nodes.',
    ),
  streamBytes: whole(MIB, 65_536 * MIB)
    .default(64 * MIB)
    .describe('Most memory that the entries of this node take in Redis, in bytes; the oldest are given up first.'),
});
