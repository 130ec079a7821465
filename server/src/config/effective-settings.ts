import { type Field, fields } from './fields.ts';
import { describeSource, type Layer, namesOf } from './layers.ts';
import { type ConfigSources, loadLayers } from './load-config.ts';
import { parseConfig } from './parse-config.ts';
import { withoutCredentials } from './without-credentials.ts';

/** A setting as the server would have it, in words. */
export interface EffectiveSetting {
  readonly path: string;
  readonly value: string;
  /** `default`, a file, with the line where that is known, `QUIRE_PORT` or `--port`. */
  readonly source: string;
}

/**
 * What a server started here and now would run with, and where each value comes from. No secret is in it.
 *
 * @throws {ConfigError} as the server would
 */
export async function listEffectiveSettings(sources: ConfigSources): Promise<readonly EffectiveSetting[]> {
  const layers = await loadLayers(sources);
  const config = parseConfig(layers);
  return fields.map((field) => ({
    path: field.path,
    value: describeValue(field, valueAt(config, field.keys)),
    source: nameSource(layers, field),
  }));
}

function valueAt(config: object, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((section, key) => (section as Readonly<Record<string, unknown>>)[key], config);
}

function describeValue(field: Field, value: unknown): string {
  if (value === undefined || (field.isSecret && Array.isArray(value) && value.length === 0)) return '(not set)';
  if (field.isSecret) return field.isAddress && typeof value === 'string' ? withoutCredentials(value) : '(hidden)';
  if (field.kind === 'objects' && Array.isArray(value)) return value.map(nameExtension).join(', ') || 'none';
  return typeof value === 'string' ? withoutCredentials(value) : namesOf(value);
}

function nameExtension(extension: object): string {
  if ('extensionName' in extension && typeof extension.extensionName === 'string') return extension.extensionName;
  return extension.constructor === Object ? '(without a name)' : extension.constructor.name;
}

function nameSource(layers: readonly Layer[], field: Field): string {
  const layer = layers.findLast(({ values }) => values.has(field.path));
  if (layer === undefined) return 'default';
  const { lines, source } = layer;
  if (source.kind !== 'file') return describeSource(source, field.path, field);
  const line = lines?.get(field.path);
  return line === undefined ? source.file : `${source.file}:${line}`;
}
