import { Command } from 'commander';
import type { ConfigSources } from '../config/load-config.ts';
import { version } from '../version.ts';
import { addSettingFlags, readSettingFlags } from './flags.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative names start. */
  readonly directory: string;
}

const CONFIG_FILE = 'Read settings from this file, as "quire serve" does (QUIRE_CONFIG).';

export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('quire')
    .description('Collaborative editing and presence on Yjs, where "saved" means on disk.')
    .version(version, '-V, --version', 'Print the version.')
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
    await serve(readSources(command, surroundings));
  });
  addConfigCommand(program, surroundings);
  addTokenCommand(program, surroundings);
  addTopCommand(program, surroundings);
  addNodesCommand(program, surroundings);
  addConformanceCommand(program);
  return program;
}

function addConfigCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('config')
    .description('Print the settings with which "quire serve" would run here, and where each one comes from.')
    .option('--config <file>', CONFIG_FILE)
    .option('--json', 'Print them as JSON.')
    .showHelpAfterError('Run "quire config --help" to see all settings.');
  addSettingFlags(command);
  command.action(async () => {
    const { printConfig } = await import('./config-command.ts');
    await printConfig(readSources(command, surroundings), { asJson: command.opts().json === true });
  });
}

function addTokenCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('token')
    .description('Print a token to try a server with, signed with the first of its secrets (jwt.secrets).')
    .requiredOption('--user <id>', 'Whom it is for: the id under which their edits are known.')
    .option('--name <name>', 'What others see them as.')
    .option(
      '--grant <role:pattern>',
      'A role and the documents it is for, such as editor:team/**; may be given several times (default: editor:**).',
      (grant: string, before: readonly string[] | undefined) => [...(before ?? []), grant],
    )
    .option('--expires <time>', 'How long it lasts: 90s, 30m, 8h, 7d.', '1h')
    .option('--link', 'Print an address that opens the app with it.')
    .option('--config <file>', CONFIG_FILE)
    .showHelpAfterError('Run "quire token --help".');
  command.action(async () => {
    const { printToken } = await import('./token-command.ts');
    const { user, name, grant, expires, link } = command.opts<TokenFlags>();
    const sources = { ...readSources(command, surroundings), flags: new Map() };
    await printToken(sources, { user, name, grants: grant ?? ['editor:**'], expires, link: link === true });
  });
}

interface TokenFlags {
  readonly user: string;
  readonly name?: string;
  readonly grant?: readonly string[];
  readonly expires: string;
  readonly link?: boolean;
}

function addTopCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('top')
    .description('Show what a running server does, anew each second, from its /metrics.')
    .option('--url <url>', 'Address of the server. Left out: the one that "quire serve" would have here.')
    .option('--once', 'Measure for one second, print one "name value" a line, and end.')
    .option('--config <file>', CONFIG_FILE)
    .showHelpAfterError('Run "quire top --help".');
  command.action(async () => {
    const { top } = await import('./top/top.ts');
    const { once, url } = command.opts<{ once?: boolean; url?: string }>();
    await top(readFileSources(command, surroundings), { url, once: once === true });
  });
}

const NODE_URL = 'Address of any node of the cluster. Left out: the one that "quire serve" would have here.';

function addNodesCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('nodes')
    .description('Show the nodes of a cluster: who is ready, who is silent, and what each of them has still to get.')
    .option('--url <url>', NODE_URL)
    .option('--json', 'Print them as JSON.')
    .option('--config <file>', CONFIG_FILE)
    .showHelpAfterError('Run "quire nodes --help".');
  command.action(async () => {
    const { printNodes } = await import('./nodes/nodes-command.ts');
    const { json, url } = command.opts<{ json?: boolean; url?: string }>();
    await printNodes(readFileSources(command, surroundings), { url, asJson: json === true });
  });
  const forget = command
    .command('forget')
    .argument('<id>', 'Of the node, as "quire nodes" shows it.')
    .description('Wait no longer for a node that never returns. What only it had is lost with it.')
    .option('--url <url>', NODE_URL)
    .option('--config <file>', CONFIG_FILE)
    .showHelpAfterError('Run "quire nodes forget --help".');
  forget.action(async (id: string) => {
    const { forgetNode } = await import('./nodes/nodes-command.ts');
    // Before "forget", too: commander hands what stands there to the command above.
    const { url } = { ...command.opts<{ url?: string }>(), ...forget.opts<{ url?: string }>() };
    const config = { ...command.opts(), ...forget.opts() }.config;
    await forgetNode(readFileSources(forget, surroundings, config), id, { url });
  });
}

/** Its options are those of the suite, which explains them itself: that may be of another release than this server. */
function addConformanceCommand(program: Command): void {
  program
    .command('conformance')
    .usage('<url> [options]')
    .description('Check this or any other server of Yjs against what Quire guarantees. Needs @quire/testing installed.')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: readonly string[]) => {
      const { checkConformance } = await import('./conformance-command.ts');
      await checkConformance(args);
    });
}

/** Without flags for settings: what a command asks of a server is none of its own. */
function readFileSources(
  command: Command,
  surroundings: Surroundings,
  configFile: unknown = command.opts().config,
): ConfigSources {
  return { ...surroundings, flags: new Map(), ...(typeof configFile === 'string' ? { configFile } : {}) };
}

function readSources(command: Command, surroundings: Surroundings): ConfigSources {
  const configFile: unknown = command.opts().config;
  return {
    ...surroundings,
    flags: readSettingFlags(command),
    ...(typeof configFile === 'string' ? { configFile } : {}),
  };
}
