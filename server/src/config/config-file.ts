import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigIssue } from './config-error.ts';
import { findLines } from './json-lines.ts';
import { type Layer, readObject } from './layers.ts';

const EXTENSIONS = ['.json', '.js', '.mjs', '.ts'] as const;
const DEFAULT_NAMES = EXTENSIONS.map((extension) => `quire.config${extension}`);

export interface ConfigFileRequest {
  readonly directory: string;
  /** The file that was asked for, and by what. */
  readonly named?: { readonly file: string; readonly source: string } | undefined;
}

/** The settings of the file that was asked for, or of the one that lies in the directory, or none. */
export async function readConfigFile(request: ConfigFileRequest): Promise<Layer | null> {
  const { directory, named } = request;
  if (named !== undefined) return readAs(resolve(directory, named.file), named.source);
  const present = DEFAULT_NAMES.map((name) => resolve(directory, name)).filter((file) => existsSync(file));
  const [file, ...others] = present;
  if (file === undefined) return null;
  if (others.length === 0) return readAs(file, file);
  return faulty(file, {
    path: 'config',
    source: directory,
    fault: `has ${present.length} config files: ${present.join(', ')}`,
    cure: 'keep one, or name one with --config or QUIRE_CONFIG',
  });
}

async function readAs(file: string, source: string): Promise<Layer> {
  const extension = extname(file);
  if (!EXTENSIONS.some((each) => each === extension)) {
    return faulty(file, {
      path: 'config',
      source,
      fault: `${file} is none of ${EXTENSIONS.join(', ')}`,
      cure: 'write the settings as JSON, or as the default export of a module',
    });
  }
  try {
    if (extension === '.json') return await readJson(file);
    return readObject({ kind: 'file', file }, await importDefault(file));
  } catch (error) {
    return faulty(file, {
      path: 'config',
      source,
      fault: `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
      cure: 'correct the file, or name another one with --config or QUIRE_CONFIG',
    });
  }
}

async function readJson(file: string): Promise<Layer> {
  const text = await readFile(file, 'utf8');
  return { ...readObject({ kind: 'file', file }, parseJson(text)), lines: findLines(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // What V8 quotes of the file may be a part of a secret; a cause would be printed, too.
    const words = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(words.replace(/, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s, ' where JSON has none'));
  }
}

async function importDefault(file: string): Promise<unknown> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
  if (module.default === undefined) throw new Error('it has no default export');
  return module.default;
}

function faulty(file: string, issue: ConfigIssue): Layer {
  return { source: { kind: 'file', file }, values: new Map(), issues: [issue] };
}
