import type { Config } from '../config.ts';
import { readConfigFile } from './config-file.ts';
import { type Layer, readEnvironment, readFlags } from './layers.ts';
import { parseConfig } from './parse-config.ts';

export interface ConfigSources {
  /** Where relative names start, and where a config file is looked for. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By path of the setting. */
  readonly flags: ReadonlyMap<string, string | boolean>;
  /** What `--config` names. */
  readonly configFile?: string | undefined;
}

/** Defaults, then the config file, then the environment, then flags: each overrules the ones before it. */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  return parseConfig(await loadLayers(sources));
}

/** What each source says by itself, the weakest first. */
export async function loadLayers(sources: ConfigSources): Promise<readonly Layer[]> {
  const file = await readConfigFile({ directory: sources.directory, named: nameConfigFile(sources) });
  const layers = [readEnvironment(sources.environment), readFlags(sources.flags)];
  return file === null ? layers : [file, ...layers];
}

function nameConfigFile(sources: ConfigSources): { file: string; source: string } | undefined {
  if (sources.configFile !== undefined) return { file: sources.configFile, source: '--config' };
  const fromEnvironment = sources.environment.QUIRE_CONFIG;
  return fromEnvironment ? { file: fromEnvironment, source: 'QUIRE_CONFIG' } : undefined;
}
