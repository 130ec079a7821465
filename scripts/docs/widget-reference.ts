import { themeStyles } from '../../client/widgets/src/base/theme.ts';
import { common, declarations, type ElementDeclaration } from '../../client/widgets/src/manifest.ts';
import { putTable } from '../../protocol/src/marked-table.ts';

type Row = readonly string[];

/** Puts what the elements declare between the markers of docs/widgets.md. */
export function renewWidgetReference(page: string): string {
  const sections = [describeCommon(), ...declarations.map(describeElement)];
  return putTable(putTable(page, 'theme', describeTheme()), 'elements', sections.join('\n\n'));
}

function describeCommon(): string {
  return [
    '### All of them',
    attributesOf(common.attributes),
    table(
      ['property', 'type', ''],
      common.properties.map(({ name, type, description }) => [code(name), code(type), description]),
    ),
    eventsOf(common.events),
  ].join('\n\n');
}

function describeElement(element: ElementDeclaration): string {
  const { tag, summary, example, attributes, properties = [], methods = [], events, parts, slots = [] } = element;
  const { cssProperties = [], words = {} } = element;
  // What is said as an attribute is not said again.
  const further = properties.filter(({ description }) => !description.startsWith('As '));
  return [
    `### \`<${tag}>\``,
    summary,
    `\`\`\`html tested: e2e/browser/widget-docs.spec.ts\n${example}\n\`\`\``,
    attributesOf(attributes),
    table(
      ['property', 'type', ''],
      further.map(({ name, type, description }) => [code(name), code(type), description]),
    ),
    table(
      ['method', ''],
      methods.map(({ name, type, description }) => [code(`${name}${type}`), description]),
    ),
    eventsOf(events),
    table(
      ['slot', ''],
      slots.map(({ name, description }) => [name === '' ? 'the default one' : code(name), description]),
    ),
    table(
      ['part', ''],
      parts.map(({ name, description }) => [code(name), description]),
    ),
    table(
      ['custom property', ''],
      cssProperties.map(({ name, description }) => [code(name), description]),
    ),
    table(
      ['word', ''],
      Object.entries(words).map(([name, text]) => [code(name), text]),
    ),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

function attributesOf(attributes: ElementDeclaration['attributes']): string {
  const rows = attributes.map(({ name, type = 'string', default: initially = '', description }) => [
    code(name),
    code(type),
    initially === '' ? '' : code(initially),
    description,
  ]);
  return table(['attribute', 'type', 'left out', ''], rows);
}

function eventsOf(events: ElementDeclaration['events']): string {
  const rows = events.map(({ name, detail, description }) => [
    code(name),
    detail === undefined ? '' : code(detail),
    description,
  ]);
  return table(['event', 'detail', ''], rows);
}

/** The properties that a page may set are those that the theme reads. */
function describeTheme(): string {
  const rows = [...themeStyles.matchAll(/var\((--quire-[a-z0-9-]+), (.+)\);$/gm)].map(([, name = '', value = '']) => [
    code(name),
    code(value),
  ]);
  if (rows.length === 0) throw new Error('base/theme.ts reads no --quire-… property');
  return table(['custom property', 'left out'], rows);
}

/** Empty when there is nothing to say. */
function table(head: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
