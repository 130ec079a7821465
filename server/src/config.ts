import { z } from 'zod';
import { MIN_SECRET_BYTES } from './auth/jwt-keys.ts';
import { addressRangeFault } from './config/address-range.ts';
import { clusterSchema, redisSchema } from './config/cluster-schema.ts';
import { expandHost, hostFault } from './config/hosts.ts';
import { cookieNameSchema, listOf, openUrlSchema, whole } from './config/value-schemas.ts';
import { webhookSchema } from './config/webhook-schema.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const hostSchema = z.string().superRefine((host, context) => {
  const fault = hostFault(host);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault, input: host });
});

const originSchema = z.string().superRefine((origin, context) => {
  if (origin === '*') return;
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  context.addIssue({
    code: 'custom',
    message: 'must be an origin such as https://docs.example.com, or *',
    input: origin,
  });
});

const addressRangeSchema = z.string().superRefine((range, context) => {
  const fault = addressRangeFault(range);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault, input: range });
});

const logSchema = z.strictObject({
  level: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('The least severe messages that are logged.'),
  format: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .describe(
      '`json` writes one object a line, `pretty` is for people; `auto` is pretty on a terminal. Logs go to stderr.',
    ),
});

const limitsSchema = z.strictObject({
  maxSessions: whole(1, 10_000_000).default(20_000).describe('Most sessions of this node.'),
  maxSessionsPerAddress: whole(1, 10_000_000)
    .default(10_000)
    .describe(
      'Most sessions from one address (of IPv6, from one /64). Behind a proxy that `trustedProxies` does not name, all come from one.',
    ),
  maxSessionsPerUser: whole(1, 10_000_000)
    .default(500)
    .describe('Most sessions of one user on this node; guests, of whom nobody knows who they are, are not counted.'),
  maxClientsPerDocument: whole(1, 10_000_000)
    .default(5000)
    .describe('Most connections that one document may have on this node.'),
  maxFramesPerSecond: whole(1, 10_000_000)
    .default(2000)
    .describe(
      'Most frames a second of one session, once it has used up its burst; a faster one is read only so fast, and loses nothing.',
    ),
  maxReceivedBytesPerSecond: whole(KIB, 4096 * MIB)
    .default(16 * MIB)
    .describe('Most bytes a second of one session, likewise.'),
  rateBurstMs: whole(0, 600_000)
    .default(5000)
    .describe('How many milliseconds’ worth of frames and bytes a session may send at once.'),
  maxFragments: whole(1, 1_000_000)
    .default(16 * KIB)
    .describe('Most fragments of one frame; browsers send a large frame in some hundreds.'),
  maxBufferedChunks: whole(1, 10_000_000)
    .default(256 * KIB)
    .describe('Most reads from the network that one frame may take to arrive.'),
  maxFrameBytes: whole(KIB, 1024 * MIB)
    .default(64 * MIB)
    .describe('Largest frame a client may send, in bytes; whoever sends more is closed.'),
  maxPresenceStateBytes: whole(64, 16 * MIB)
    .default(16 * KIB)
    .describe('Largest presence state of one client, in bytes.'),
  maxPresenceEntries: whole(1, 100_000).default(256).describe('Most clients that one presence frame may speak of.'),
  maxListedPeople: whole(0, 100_000)
    .default(200)
    .describe(
      'Most people whom a document shows to everybody who has it open; of further ones only the number is told. Each that is shown costs everybody a message whenever their cursor moves.',
    ),
  maxEventBytes: whole(64, 48 * KIB)
    .default(16 * KIB)
    .describe('Largest data of one event, in bytes of JSON; whoever sends more is told so, and goes on.'),
  maxEventsPerSecond: whole(1, 100_000)
    .default(50)
    .describe(
      'Most events that one connection may send to a document in a second, and twice as many at once; further ones are refused.',
    ),
  maxEventsPerSecondPerDocument: whole(1, 1_000_000)
    .default(500)
    .describe(
      'Most events of one document that this node takes in a second, of clients and backends, and twice as many at once. Each goes to everybody who listens there, one message each.',
    ),
  maxPendingUpdates: whole(1, 100_000)
    .default(500)
    .describe(
      'Most edits a document keeps whose predecessors are missing, by their structs and deletions; their cost is quadratic.',
    ),
  maxPendingBytes: whole(KIB, 64 * MIB)
    .default(512 * KIB)
    .describe('Most bytes of such edits a document keeps.'),
  maxUnestablishedBytes: whole(KIB, 256 * MIB)
    .default(4 * MIB)
    .describe(
      'Most bytes that wait for a session whose connection is not established yet, behind a large update that is being judged, or behind hooks. Of the last two, from a quarter of it on the session is not read until there is less.',
    ),
  maxUnestablishedFrames: whole(1, 1_000_000)
    .default(1000)
    .describe('Most frames that wait for a session whose connection is not established yet.'),
  maxUnsentBytes: whole(64 * KIB, 4096 * MIB)
    .default(16 * MIB)
    .describe(
      'Most bytes that are added to what waits for a session while it is behind, broadcasts not among them; a slower reader is closed and catches up when it returns. No stateless message that an extension broadcasts is larger.',
    ),
  stallTimeoutMs: whole(100, 600_000)
    .default(30_000)
    .describe(
      'How long a session may take none of the bytes that wait for it, in milliseconds, before it is closed as a slow reader. However slow a line is, it is not closed while they drain.',
    ),
  maxRingBytesPerDocument: whole(KIB, 1024 * MIB)
    .default(4 * MIB)
    .describe(
      'Most bytes of recent broadcasts that a document keeps while sessions are behind; who falls behind these is closed as a slow reader.',
    ),
  maxRingBytes: whole(KIB, 4096 * MIB)
    .default(64 * MIB)
    .describe('Most bytes of recent broadcasts that all documents together keep for sessions that are behind.'),
  establishTimeoutMs: whole(100, 600_000)
    .default(15_000)
    .describe('How long a session may take until it has opened a document, in milliseconds.'),
  maxDocumentsPerSession: whole(1, 100_000).default(256).describe('Most documents that one session may have open.'),
  pingIntervalMs: whole(100, 600_000)
    .default(20_000)
    .describe('How often a session is pinged, in milliseconds; one that misses an answer is closed.'),
  maxDocumentBytes: whole(KIB, 1024 * MIB)
    .default(64 * MIB)
    .describe(
      'Largest document, in bytes of its encoded state. Edits that would make one larger are refused, deletions never; what undone edits leave behind may go beyond it by a sixteenth.',
    ),
  maxClientIdsPerDocument: whole(10, 100_000_000)
    .default(200_000)
    .describe(
      'Most Yjs clients that a document remembers, which it does for good: every page that was loaded and written with is one. The default is five hundred of them every day for a year; whoever opens the document sends some eight bytes for each. Never more than `limits.maxUpdateParts`.',
    ),
  maxUpdateParts: whole(100, 100_000_000)
    .default(500_000)
    .describe(
      'Most parts of one update: pieces of content, values in them, and ranges of deletions. Each takes the server some two microseconds; of updates with more than some thousands half of that in a thread of their own, and the rest a few milliseconds at a time.',
    ),
  maxJudgingBytes: whole(KIB, 4096 * MIB)
    .default(128 * MIB)
    .describe(
      'Most bytes of large updates, and of what they are compared with, over all documents, that wait to be judged in a thread of their own, in turns by user, and of guests by address; whoever has most waiting makes room for who has less.',
    ),
  maxJudgingMs: whole(1, 600_000)
    .default(20_000)
    .describe(
      'How long judging one large update may take, in milliseconds. The largest that are allowed take two seconds on a machine that has nothing else to do.',
    ),
  maxNestingDepth: whole(10, 1000)
    .default(500)
    .describe(
      'How deep the shared types of a document may lie inside each other. Yjs, here and in browsers, can not delete what lies some thousands deep.',
    ),
  maxAnchorsPerCommenter: whole(0, 2000)
    .default(200)
    .describe(
      'Most places of one document that the comments of one person mark who may not edit it; guests are told apart by the names that they give. Together, such marks fill no more than seven eighths of `limits.maxDocumentBytes`.',
    ),
  maxAnchorsPerMinute: whole(1, 10_000)
    .default(30)
    .describe(
      'Most places that one person who may not edit marks in a minute, in all documents of this node; as many at once. Guests count by their address (of IPv6, by its /64).',
    ),
  unloadDelayMs: whole(0, 86_400_000)
    .default(2000)
    .describe('How long a document stays in memory after the last session has left, in milliseconds.'),
  maxQueueBytesPerDocument: whole(KIB, 1024 * MIB)
    .default(16 * MIB)
    .describe(
      'Most bytes of edits that wait for the disk, per document. From a quarter of it on, whoever sends more is not read until some are on disk.',
    ),
});

const eventsSchema = z.strictObject({
  replayEvents: whole(0, 10_000)
    .default(100)
    .describe('Most events of a document that are remembered for who was away for a moment.'),
  replayBytes: whole(0, 4 * MIB)
    .default(64 * KIB)
    .describe('Most bytes of events that are remembered of a document.'),
  replayMs: whole(1_000, 3_600_000).default(60_000).describe('How long an event is remembered, in milliseconds.'),
  maxReplayBytes: whole(0, 4096 * MIB)
    .default(64 * MIB)
    .describe('Most bytes of events that are remembered over all documents.'),
});

const secretSchema = z.string().superRefine((secret, context) => {
  if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return;
  context.addIssue({
    code: 'custom',
    message: `must have at least ${MIN_SECRET_BYTES} bytes, as \`openssl rand -base64 32\` prints them (commas separate secrets)`,
    input: secret,
  });
});

const jwtSchema = z.strictObject({
  secrets: listOf(secretSchema)
    .prefault([])
    .describe(
      'Secrets with which tokens are signed (HS256, HS384, HS512), separated by commas, at least 32 bytes each. Any of them will do; `quire token` signs with the first.',
    )
    .meta({ secret: true }),
  keyFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with keys for tokens: a JWK set, public keys as PEM, or secrets, one a line. Read again when it changes, so keys rotate while the server runs.',
    ),
  jwksUrl: openUrlSchema('keys are published for everybody')
    .optional()
    .describe('Address where an identity provider publishes its keys as a JWK set.'),
  issuer: z.string().min(1).optional().describe('What `iss` of a token must be; left out, it may be anything.'),
  audience: z
    .string()
    .min(1)
    .optional()
    .describe('What `aud` of a token must be or hold; left out, it may be anything.'),
  clockToleranceSeconds: whole(0, 300)
    .default(5)
    .describe('By how much the clock of whoever makes tokens may differ from this one, in seconds.'),
  cookie: cookieNameSchema
    .default('quire_token')
    .describe(
      'Name of the cookie that may hold the token; it counts only for pages of the server’s own origin and of `allowedOrigins`, `*` left aside.',
    ),
});

const accessSchema = z.strictObject({
  maxLinksPerDocument: whole(1, 10_000).default(100).describe('Most share links that one document may have.'),
  maxLinks: whole(1, 1_000_000)
    .default(50_000)
    .describe('Most share links of this server. All are in memory, at about a kilobyte each.'),
  maxRevocations: whole(1, 1_000_000)
    .default(20_000)
    .describe('Most revocations that this server remembers, one for each user or token. All are in memory.'),
  revocationDays: whole(1, 36_500)
    .default(400)
    .describe(
      'For how many days a revocation is remembered. A token that lives longer than this, or that does not say when it was issued, is good again afterwards.',
    ),
});

const binSchema = z.strictObject({
  days: whole(1, 36_500)
    .default(30)
    .describe('For how many days a document stays in the bin; then it is deleted for good.'),
  maxDocuments: whole(1, 1_000_000).default(10_000).describe('Most documents in the bin of this server.'),
});

const journalSchema = z.strictObject({
  batchEntries: whole(1, 100_000).default(1000).describe('Most entries that one write to the disk holds.'),
  batchBytes: whole(KIB, 256 * MIB)
    .default(MIB)
    .describe('Most bytes that one write to the disk holds.'),
  batchIntervalMs: whole(0, 100)
    .default(8)
    .describe(
      'Most milliseconds from the beginning of one write to the disk to that of the next, while very many edits wait to share one: none at up to about 1,300 journal entries a second over all documents, this from 2,000 on. A quiet document beside many busy ones shares their wait.',
    ),
  queueBytes: whole(64 * KIB, 4096 * MIB)
    .default(64 * MIB)
    .describe(
      'Most bytes that wait for the disk, over all documents; more is refused until there is room. From half of it on, whoever sends more is not read until some are on disk.',
    ),
  compactEntries: whole(1, 1_000_000)
    .default(500)
    .describe('A document is compacted after so many entries; later, in proportion, when it is large.'),
  compactBytes: whole(KIB, 1024 * MIB)
    .default(256 * KIB)
    .describe('A document is compacted after so many bytes of entries; later, in proportion, when it is large.'),
  writeBufferBytes: whole(64 * KIB, 1024 * MIB)
    .default(4 * MIB)
    .describe('Size at which LevelDB turns its log into a table. A little over twice as much is reserved on the disk.'),
  cacheBytes: whole(0, 65_536 * MIB)
    .default(16 * MIB)
    .describe('Memory for blocks that LevelDB has read.'),
});

/** Every setting of the server. The environment variables, the flags and the table in the README are derived from it. */
export const configSchema = z.strictObject({
  host: listOf(hostSchema)
    .transform((hosts) => [...new Set(hosts.flatMap(expandHost))])
    .refine((hosts) => hosts.length > 0, 'must name at least one address')
    .prefault('127.0.0.1,::1')
    .describe('Addresses to listen on, separated by commas. All share one port.'),
  port: whole(0, 65_535).default(8080).describe('Port to listen on; 0 takes any free one.'),
  data: z
    .string()
    .min(1)
    .default('./data')
    .describe('Directory of the journal, relative to the working directory. One server at a time.'),
  auth: z
    .enum(['auto', 'open-on-loopback', 'open', 'jwt', 'webhook'])
    .default('auto')
    .describe(
      '`open-on-loopback` lets in everybody who can reach a loopback address, and refuses to listen on any other; `open` lets in everybody; `jwt` asks for tokens; `webhook` asks your backend. `auto` is `jwt` where keys for tokens are set, `webhook` where `webhook.url` is, `open-on-loopback` elsewhere.',
    ),
  jwt: jwtSchema.prefault({}),
  webhook: webhookSchema.prefault({}),
  access: accessSchema.prefault({}),
  bin: binSchema.prefault({}),
  redis: redisSchema
    .optional()
    .describe(
      'Address of a Redis that connects this server with others, which then serve the same documents: `redis://user:password@host:6379/0`, `rediss://` with TLS, `redis-sentinel://host1:26379,host2:26379/mymaster`, `redis-cluster://host1:6379,host2:6379`. Left out: a node by itself.',
    )
    .meta({ secret: true, address: true }),
  cluster: clusterSchema.prefault({}),
  allowedOrigins: listOf(originSchema)
    .prefault([])
    .describe(
      'Origins whose pages may connect and change documents, besides the server’s own and those on loopback; `*` for all.',
    ),
  trustedProxies: listOf(addressRangeSchema)
    .prefault([])
    .describe(
      'Addresses, or ranges such as `10.0.0.0/8`, of proxies in front of this server: what they say in `X-Forwarded-For` is where somebody comes from.',
    ),
  app: z.boolean().default(true).describe('Serve the web app.'),
  appDirectory: z
    .string()
    .min(1)
    .optional()
    .describe('Directory of the built web app, when it is not the one that comes with the server.'),
  metrics: z.boolean().default(true).describe('Count what happens, and serve it at `/metrics` for Prometheus.'),
  metricsToken: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Who asks for `/metrics` must send it as a bearer token: at least 16 characters. Without one, only this machine may ask.',
    )
    .meta({ secret: true }),
  log: logSchema.prefault({}),
  journal: journalSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  events: eventsSchema.prefault({}),
  drainTimeoutMs: whole(0, 600_000)
    .default(10_000)
    .describe(
      'How long `quire serve` may take to close its sessions and flush everything when it is told to stop, in milliseconds.',
    ),
  drainSpreadMs: whole(0, 300_000)
    .default(2000)
    .describe(
      'Over how long the sessions of a server that is told to stop are closed, in milliseconds, at most half of `drainTimeoutMs`; fewer than ten thousand take less.',
    ),
  extensions: z
    .array(
      z.custom<object>(
        (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
        'must be a Hocuspocus extension object',
      ),
    )
    .default([])
    .describe('Hocuspocus extensions to run. They must neither persist nor replicate.')
    .meta({ fileOnly: true }),
});

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

type ParsedConfig = z.output<typeof configSchema>;

/** What the server runs with: complete, checked and frozen. */
export type Config = Frozen<Omit<ParsedConfig, 'auth'> & { readonly auth: Exclude<ParsedConfig['auth'], 'auto'> }>;

/** What an embedding program may pass: any part of the settings. */
export type ConfigInput = Frozen<z.input<typeof configSchema>>;
