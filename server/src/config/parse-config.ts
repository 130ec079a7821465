import type { z } from 'zod';
import { type Config, configSchema } from '../config.ts';
import { findAuthFaults, type Means, resolveAuth } from './choose-auth.ts';
import { findClusterFaults } from './cluster-faults.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { type Field, fields } from './fields.ts';
import { isLoopbackHost } from './hosts.ts';
import { describeSource, type Layer, namesOf, type Source } from './layers.ts';
import { withoutCredentials } from './without-credentials.ts';

interface Setting {
  readonly value: unknown;
  readonly source: Source;
}

export interface ParseOptions {
  /** The program that embeds the server checks who enters, so any address may be listened on. */
  readonly hasAuthenticator?: boolean;
}

/** Settings from layers, the later ones winning, into one frozen object. Throws a `ConfigError` that names every fault. */
export function parseConfig(layers: readonly Layer[], options: ParseOptions = {}): Config {
  const settings = mergeLayers(layers);
  const parsed = configSchema.safeParse(nest(settings));
  const issues = [
    ...layers.flatMap((layer) => layer.issues),
    ...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, settings)),
    ...(options.hasAuthenticator === true ? [] : [...findExposure(settings), ...findWrongMeans(settings)]),
    ...findWrongCluster(settings),
  ];
  if (issues.length > 0 || parsed.data === undefined) throw new ConfigError(issues);
  return freezeSettings({ ...parsed.data, auth: resolveAuth(parsed.data.auth, readMeans(settings)) });
}

const KEY_SETTINGS = ['jwt.secrets', 'jwt.keyFile', 'jwt.jwksUrl'] as const;

function readMeans(settings: ReadonlyMap<string, Setting>): Means {
  const isSet = (path: string): boolean => {
    const value = settings.get(path)?.value;
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  };
  return {
    hasKeys: KEY_SETTINGS.some(isSet),
    hasBackend: isSet('webhook.url'),
    hasBackendSecrets: isSet('webhook.secrets'),
  };
}

function findWrongMeans(settings: ReadonlyMap<string, Setting>): ConfigIssue[] {
  const auth = configSchema.shape.auth.safeParse(settings.get('auth')?.value).data;
  if (auth === undefined) return [];
  return findAuthFaults(auth, readMeans(settings)).flatMap(({ path, fault, cure }) => {
    const field = fields.find((each) => each.path === path);
    return field === undefined ? [] : [{ ...locate(field, settings.get(path)?.source, fault), cure }];
  });
}

/** Only where both are sound by themselves: what is wrong with one of them is said already. */
function findWrongCluster(settings: ReadonlyMap<string, Setting>): ConfigIssue[] {
  const whole = configSchema.pick({ redis: true, cluster: true }).safeParse(nest(settings, ['redis', 'cluster'])).data;
  if (whole === undefined) return [];
  return findClusterFaults(whole, configSchema.shape.cluster.parse({})).flatMap(({ path, fault, cure }) => {
    const field = fields.find((each) => each.path === path);
    return field === undefined ? [] : [{ ...locate(field, settings.get(path)?.source, fault), cure }];
  });
}

function mergeLayers(layers: readonly Layer[]): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const layer of layers) {
    for (const [path, value] of layer.values) settings.set(path, { value, source: layer.source });
  }
  return settings;
}

/** @param sections only these, left out: all */
function nest(settings: ReadonlyMap<string, Setting>, sections?: readonly string[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const field of fields) {
    const setting = settings.get(field.path);
    if (setting === undefined || sections?.includes(field.keys[0] ?? '') === false) continue;
    let section = root;
    for (const key of field.keys.slice(0, -1)) {
      section[key] ??= {};
      section = section[key] as Record<string, unknown>;
    }
    section[field.keys.at(-1) ?? field.path] = setting.value;
  }
  return root;
}

function describeIssue(issue: z.core.$ZodIssue, settings: ReadonlyMap<string, Setting>): ConfigIssue {
  const field = fields.find((each) => each.keys.every((key, index) => issue.path[index] === key));
  // Layers hand over known settings only, so whatever the schema refuses is one of them.
  if (field === undefined) throw new Error(`The settings schema refused ${issue.path.join('.')}: ${issue.message}`);
  const setting = settings.get(field.path);
  const custom = findCustomIssue(issue);
  const refused = custom?.input ?? setting?.value;
  const shown = field.isSecret ? 'hidden here' : show(refused);
  return locate(field, setting?.source, `${custom?.message ?? `must be ${field.expected}`}, but is ${shown}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${withoutCredentials(value)}"` : (JSON.stringify(value) ?? String(value));
}

/** Our own words for a fault, also when they hide in one branch of a union. */
function findCustomIssue(issue: z.core.$ZodIssue): z.core.$ZodIssueCustom | null {
  if (issue.code === 'custom') return issue;
  if (issue.code !== 'invalid_union') return null;
  for (const nested of issue.errors.flat()) {
    const found = findCustomIssue(nested);
    if (found !== null) return found;
  }
  return null;
}

/** A server that lets in everybody listens on loopback only, unless told otherwise in so many words. */
function findExposure(settings: ReadonlyMap<string, Setting>): ConfigIssue[] {
  const hosts = configSchema.shape.host.safeParse(settings.get('host')?.value);
  const auth = configSchema.shape.auth.safeParse(settings.get('auth')?.value);
  if (!hosts.success || auth.data === undefined) return [];
  if (resolveAuth(auth.data, readMeans(settings)) !== 'open-on-loopback') return [];
  const exposed = hosts.data.filter((host) => !isLoopbackHost(host));
  const field = fields.find((each) => each.path === 'host');
  if (exposed.length === 0 || field === undefined) return [];
  const issue = locate(
    field,
    settings.get('host')?.source,
    `${exposed.join(', ')} can be reached by others, and everybody who reaches this server may read and change every document`,
  );
  return [
    {
      ...issue,
      cure: 'listen on 127.0.0.1, set QUIRE_JWT_SECRETS to ask for tokens or QUIRE_WEBHOOK_URL to ask your backend, or QUIRE_AUTH=open (--auth open) if that is what you want',
    },
  ];
}

function locate(field: Field, source: Source | undefined, fault: string): ConfigIssue {
  const from = source ?? { kind: 'default' };
  const preset = field.default === undefined ? 'the default' : `the default (${namesOf(field.default)})`;
  const name = describeSource(from, field.path, field);
  return { path: field.path, source: name, fault, cure: `correct ${name}, or leave it out to get ${preset}` };
}

/** Sections and lists are frozen; the objects that an extension list holds are somebody else's. */
function freezeSettings(settings: Config): Config {
  for (const value of Object.values(settings)) if (typeof value === 'object') Object.freeze(value);
  return Object.freeze(settings);
}
