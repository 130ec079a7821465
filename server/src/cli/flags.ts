import { type Command, Option } from 'commander';
import { type Field, fields } from '../config/fields.ts';
import { namesOf } from '../config/layers.ts';

const valueNames = {
  integer: '<number>',
  text: '<text>',
  choice: '<choice>',
  list: '<list>',
} as const;

/** A flag for every setting, in the sections of the schema. */
export function addSettingFlags(command: Command): void {
  for (const field of fields) {
    for (const flags of writeFlags(field))
      command.addOption(new Option(flags, describe(field)).helpGroup(groupOf(field)));
  }
  command.addHelpText('after', `\n${describeSecrets()}`);
}

/** By path of the setting, and only what was given: the defaults are the schema's. */
export function readSettingFlags(command: Command): ReadonlyMap<string, string | boolean> {
  const given = new Map<string, string | boolean>();
  for (const field of fields) {
    const [flags] = writeFlags(field);
    if (flags === undefined) continue;
    const name = new Option(flags).attributeName();
    const value: unknown = command.getOptionValueSource(name) === 'cli' ? command.getOptionValue(name) : undefined;
    if (typeof value === 'string' || typeof value === 'boolean') given.set(field.path, value);
  }
  return given;
}

function writeFlags(field: Field): readonly string[] {
  if (field.flag === null || field.kind === 'objects') return [];
  if (field.kind === 'boolean') return [field.flag, `--no-${field.flag.slice(2)}`];
  return [`${field.flag} ${valueNames[field.kind]}`];
}

function describeSecrets(): string {
  const secrets = fields.filter(({ isSecret }) => isSecret);
  return [
    'Not on the command line, which everybody on the machine can read, but in the environment or a config file:',
    ...secrets.map(({ description, environment, path }) => `  ${environment} (${path})  ${description}`),
  ].join('\n');
}

function describe(field: Field): string {
  const preset = field.default === undefined ? [] : [`default: ${namesOf(field.default)}`];
  return `${field.description.replaceAll('`', '')} (${[...preset, field.environment].join('; ')})`;
}

function groupOf(field: Field): string {
  const [section = ''] = field.keys;
  return field.keys.length === 1 ? 'Settings:' : `${section.charAt(0).toUpperCase()}${section.slice(1)}:`;
}
