import { type Field, fields } from './fields.ts';
import { namesOf } from './layers.ts';

const BEGIN = '<!-- config:begin (written by scripts/write-config-table.ts) -->';
const END = '<!-- config:end -->';

/** All settings as a Markdown table. The flag is the path with dashes, so it needs no column. */
export function renderConfigTable(): string {
  return [
    '| Setting | Environment | Default | What it does |',
    '| --- | --- | --- | --- |',
    ...fields.map(
      (field) => `| ${[nameCell(field), environmentCell(field), defaultCell(field), textCell(field)].join(' | ')} |`,
    ),
  ].join('\n');
}

/** The text with the table between its markers renewed. Throws when the markers are missing. */
export function renewConfigTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The text has no ${BEGIN} followed by ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${renderConfigTable()}\n\n${text.slice(end)}`;
}

function nameCell(field: Field): string {
  return `\`${field.path}\``;
}

function environmentCell(field: Field): string {
  return field.environment === null ? 'config file only' : `\`${field.environment}\``;
}

function defaultCell(field: Field): string {
  if (field.default === undefined) return '';
  const text = namesOf(field.default);
  return text === 'none' ? text : `\`${text}\``;
}

function textCell(field: Field): string {
  const choices = field.choices.filter((choice) => !field.description.includes(choice));
  const listed = choices.length === 0 ? '' : ` One of ${field.choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  return `${field.description}${listed}`.replaceAll('|', '\\|');
}
