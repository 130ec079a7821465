import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const duration = z.string().regex(/^\d+(ms|s|m)$/);
const command = z.array(z.string()).min(1);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const healthcheckSchema = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
    interval: duration,
    timeout: duration,
    retries: z.int().min(1),
  }),
]);

/** `service_started` is what a plain list means. */
const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const dependenciesSchema = z
  .union([
    z
      .array(z.string())
      .transform((names) => Object.fromEntries(names.map((name) => [name, { condition: 'service_started' as const }]))),
    z.record(z.string(), z.strictObject({ condition })),
  ])
  .prefault([]);

const serviceSchema = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: command.optional(),
  user: z.string().optional(),
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), scalar.transform(String)).prefault({}),
  depends_on: dependenciesSchema,
  healthcheck: healthcheckSchema.optional(),
  ports: z.array(z.string()).prefault([]),
  volumes: z.array(z.string()).prefault([]),
  stop_grace_period: duration.optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).optional(),
  network_mode: z.literal('none').optional(),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4() }))]).optional(),
});

/**
 * The part of the Compose specification that our files make use of, and not a word more, so that a test which reads a file
 * overlooks nothing in it. Whether Docker accepts the file is for docker-compose.ts to say; it reads no durations, restart
 * policies or names of networks before it starts anything, and these are checked here.
 */
const composeSchema = z.strictObject({
  services: z.record(z.string().regex(/^[a-z0-9-]+$/), serviceSchema),
  networks: z
    .record(
      z.string(),
      z.strictObject({
        ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4(), ip_range: z.cidrv4() })) }),
      }),
    )
    .prefault({}),
  volumes: z.record(z.string(), z.null()).prefault({}),
});

export type ComposeFile = z.output<typeof composeSchema>;
export type ComposeService = ComposeFile['services'][string];

/** A compose file as Docker would see it: with what anchors bring, and without its extensions. */
export function readComposeFile(path: string): ComposeFile {
  const written = parse(readFileSync(`${root}${path}`, 'utf8'), { merge: true }) as Record<string, unknown>;
  return composeSchema.parse(Object.fromEntries(Object.entries(written).filter(([name]) => !name.startsWith('x-'))));
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  /** A file or folder of this repository, or a volume. */
  readonly kind: 'file' | 'volume';
  readonly isReadOnly: boolean;
}

export function mountsOf({ volumes }: ComposeService): readonly Mount[] {
  return volumes.map((text) => {
    const [source = '', target = '', mode] = text.split(':');
    return { source, target, kind: source.startsWith('.') ? 'file' : 'volume', isReadOnly: mode === 'ro' };
  });
}
