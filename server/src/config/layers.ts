import type { ConfigIssue } from './config-error.ts';
import { type Field, fields, readText } from './fields.ts';
import { suggest } from './suggest.ts';

export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'environment' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'code' };

/** What one source says: values of known settings by path, and what it says that is no setting. */
export interface Layer {
  readonly source: Source;
  readonly values: ReadonlyMap<string, unknown>;
  /** Where each is in the file, as far as that is known: of a module it is not. */
  readonly lines?: ReadonlyMap<string, number>;
  readonly issues: readonly ConfigIssue[];
}

/** Variables of this prefix that are not settings: the file to read, and those of `npm run dev`. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['QUIRE_CONFIG', 'QUIRE_DEV_SERVER', 'QUIRE_DEV_PORT']);
const PREFIX = 'QUIRE_';

export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Layer {
  const values = new Map<string, unknown>();
  const issues: ConfigIssue[] = [];
  const known = new Map(fields.map((field) => [field.environment, field]));
  for (const [name, text] of Object.entries(environment)) {
    // Compose files pass unset variables on as empty ones.
    if (!name.startsWith(PREFIX) || NOT_SETTINGS.has(name) || text === undefined || text === '') continue;
    const field = known.get(name);
    if (field === undefined) issues.push(unknownName(name, name, [...known.keys(), ...NOT_SETTINGS]));
    else values.set(field.path, readText(field, text));
  }
  return { source: { kind: 'environment' }, values, issues };
}

/** Values by path, as the command line hands them over. */
export function readFlags(flags: ReadonlyMap<string, string | boolean>): Layer {
  const values = new Map<string, unknown>();
  for (const field of fields) {
    const value = flags.get(field.path);
    if (value !== undefined) values.set(field.path, typeof value === 'string' ? readText(field, value) : value);
  }
  return { source: { kind: 'flag' }, values, issues: [] };
}

/** Nested settings, from a file or from a program. */
export function readObject(source: Source, object: unknown): Layer {
  const values = new Map<string, unknown>();
  const issues: ConfigIssue[] = [];
  const visit = (value: unknown, path: string): void => {
    const field = fields.find((each) => each.path === path);
    if (field !== undefined) {
      if (value !== undefined) values.set(path, value);
      return;
    }
    const isSection = path === '' || fields.some((each) => each.path.startsWith(`${path}.`));
    if (!isSection) {
      issues.push(
        unknownName(
          path,
          describeSource(source, path),
          fields.map((each) => each.path),
        ),
      );
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      if (value === undefined) return;
      issues.push({
        path: path === '' ? 'settings' : path,
        source: describeSource(source, path),
        fault: `must be an object, but is ${nameKind(value)}`,
        cure: 'write it as { … } with the settings inside',
      });
    } else {
      for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`);
    }
  };
  visit(object, '');
  return { source, values, issues };
}

/** Not what it says: what was written in the place of a section may be one of its secrets. */
function nameKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

export function describeSource(source: Source, path: string, field?: Field): string {
  switch (source.kind) {
    case 'default':
      return 'the default';
    case 'file':
      return path === '' ? source.file : `${source.file}:${path}`;
    case 'environment':
      return field?.environment ?? path;
    case 'flag':
      return field?.flag ?? path;
    case 'code':
      return `createServer({ ${path} })`;
    default:
      return source satisfies never;
  }
}

/** A default value in the words in which one would write it. */
export function namesOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',');
  return String(value);
}

function unknownName(path: string, source: string, candidates: readonly (string | null)[]): ConfigIssue {
  const names = candidates.filter((name) => name !== null);
  const nearest = names.find((name) => name.endsWith(`.${path}`)) ?? suggest(path, names);
  return {
    path,
    source,
    fault: nearest === null ? 'is not a setting' : `is not a setting; did you mean ${nearest}?`,
    cure:
      nearest === null ? `remove it; "quire serve --help" lists the settings` : `rename it to ${nearest}, or remove it`,
  };
}
