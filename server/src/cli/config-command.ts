import { ConfigError } from '../config/config-error.ts';
import { type EffectiveSetting, listEffectiveSettings } from '../config/effective-settings.ts';
import type { ConfigSources } from '../config/load-config.ts';
import { alignColumns } from './columns.ts';

/** `quire config`: the settings of a server that would be started here, or everything that is wrong with them. */
export async function printConfig(sources: ConfigSources, { asJson }: { readonly asJson: boolean }): Promise<void> {
  let settings: readonly EffectiveSetting[];
  try {
    settings = await listEffectiveSettings(sources);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
    return;
  }
  process.stdout.write(asJson ? `${JSON.stringify(settings, null, 2)}\n` : describeSettings(settings));
}

function describeSettings(settings: readonly EffectiveSetting[]): string {
  const rows = settings.map(({ path, value, source }) => [path, value, source]);
  return alignColumns([['setting', 'value', 'from'], ...rows]);
}
