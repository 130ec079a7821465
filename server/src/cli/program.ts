import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addSettingFlags, readSettingFlags } from './flags.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative names start. */
  readonly directory: string;
}

export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('quire')
    .description('Collaborative editing and presence on Yjs, where "saved" means on disk.')
    .version(manifest.version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .showHelpAfterError('Run "quire --help" to see what there is.');
  const command = program
    .command('serve')
    .description('Run the server in the foreground. Settings come from a config file, the environment and flags.')
    .option('--config <file>', 'Read settings from this file: JSON, or a module with a default export (QUIRE_CONFIG).')
    .showHelpAfterError('Run "quire serve --help" to see all settings.');
  addSettingFlags(command);
  command.action(async () => {
    // Only now: help and version should not wait for the whole server to load.
    const { serve } = await import('./serve.ts');
    const configFile: unknown = command.opts().config;
    await serve({
      ...surroundings,
      flags: readSettingFlags(command),
      ...(typeof configFile === 'string' ? { configFile } : {}),
    });
  });
  return program;
}
