import { common, declarations, type ElementDeclaration, type EventDeclaration } from './src/manifest.ts';

const HEADING = '// node client/widgets/write-manifest.ts writes this file, of what the elements say of themselves.';

/** Where types come from that stand in a declaration. */
const SOURCES: Readonly<Record<string, string>> = {
  EventSender: '@quire/client',
  Person: '@quire/client',
  RoomState: '@quire/client',
  Notice: './notifications/notices.ts',
  Position: './map/positions.ts',
};

/** As HTML calls them. */
const AS_IN_HTML: ReadonlyMap<string, string> = new Map([
  ['for', 'htmlFor'],
  ['readonly', 'readOnly'],
]);

/** What an element says of itself is read by the page, not set; every element of HTML has `lang`. */
const NOT_SET: readonly string[] = ['status', 'unread', 'lang'];

/** The property that an attribute is, too. */
export function propertyOf(attribute: string): string {
  return AS_IN_HTML.get(attribute) ?? attribute.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The attributes of an element that a page sets. */
export function settableAttributes({ attributes }: Pick<ElementDeclaration, 'attributes'>) {
  return attributes.filter(({ name }) => !NOT_SET.includes(name));
}

/** `src/events.ts`: what the events carry, by their names. */
export function describeEvents(): string {
  const events = declaredEvents();
  const lines = events.map(({ name, detail = 'unknown' }) => `  '${name}': ${detail};`);
  return [
    HEADING,
    ...importsOf(events.map(({ detail = '' }) => detail).join()),
    '',
    '/** The `detail` of each event that an element of Quire tells of. */',
    'export interface QuireEventDetails {',
    ...lines,
    '}',
    '',
    '/** What listeners are given, wherever in a page they listen: the events bubble, and leave shadow roots. */',
    'export type QuireEventMap = { [Name in keyof QuireEventDetails]: CustomEvent<QuireEventDetails[Name]> };',
    '',
  ].join('\n');
}

/** @throws where two elements mean different things by one name: a listener further up could not tell them apart */
function declaredEvents(): readonly EventDeclaration[] {
  const byName = new Map<string, EventDeclaration>();
  for (const event of [...common.events, ...declarations.flatMap(({ events }) => events)]) {
    const before = byName.get(event.name);
    if (before !== undefined && before.detail !== event.detail) {
      throw new Error(`${event.name} carries ${before.detail} and ${event.detail}: give one of them another name`);
    }
    byName.set(event.name, before ?? event);
  }
  return [...byName.values()];
}

function importsOf(types: string): readonly string[] {
  const named = Map.groupBy(
    Object.keys(SOURCES).filter((name) => new RegExp(`\\b${name}\\b`).test(types)),
    (name) => SOURCES[name] ?? '',
  );
  return [...named]
    .toSorted(
      ([one], [other]) => Number(one.startsWith('.')) - Number(other.startsWith('.')) || one.localeCompare(other),
    )
    .map(([source, names]) => `import type { ${names.join(', ')} } from '${source}';`);
}

/** `src/react.ts`: the elements as React 19 takes them in TSX. */
export function describeReact(): string {
  const classes = declarations.map(({ className }) => className).toSorted();
  return [
    HEADING,
    '// biome-ignore lint/style/noRestrictedImports: types alone, for who has React',
    "import type { ClassAttributes, HTMLAttributes } from 'react';",
    "import type { TokenSource, Words } from './base/settings.ts';",
    "import type { QuireEventMap } from './events.ts';",
    'import type {',
    ...classes.map((name) => `  ${name},`),
    "} from './index.ts';",
    '',
    '/** `onquire-unread`, as React 19 calls listeners. An element hears those within it, too. */',
    'type Listeners = {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a type that is written here
    '  [Name in keyof QuireEventMap as `on${Name}`]?: ((event: QuireEventMap[Name]) => void) | undefined;',
    '};',
    '',
    '/** What React hands to an element: attributes as HTML has them, and properties by their names. */',
    'type Props<Made, Own = unknown> = Omit<HTMLAttributes<Made>, keyof (Own & OfAll)> &',
    '  ClassAttributes<Made> &',
    '  Listeners &',
    '  OfAll &',
    '  Own;',
    '',
    ...describeProps('OfAll', common, [
      '  getToken?: TokenSource | null | undefined;',
      '  strings?: Words | null | undefined;',
    ]),
    ...declarations
      .filter((each) => settableAttributes(each).length > 0)
      .flatMap((each) => describeProps(propsOf(each), each)),
    "declare module 'react' {",
    '  // biome-ignore lint/style/noNamespace: where React looks for the elements that there are',
    '  namespace JSX {',
    '    interface IntrinsicElements {',
    ...declarations.map((each) => {
      const own = settableAttributes(each).length > 0 ? `, ${propsOf(each)}` : '';
      return `      '${each.tag}': Props<${each.className}${own}>;`;
    }),
    '    }',
    '  }',
    '}',
    '',
  ].join('\n');
}

const propsOf = ({ className }: ElementDeclaration) => `${className.replace('Quire', '')}Props`;

function describeProps(
  name: string,
  element: Pick<ElementDeclaration, 'attributes'>,
  more: readonly string[] = [],
): readonly string[] {
  const lines = settableAttributes(element).flatMap(({ name: attribute, type = 'string' }) => {
    const names = new Set([attribute, propertyOf(attribute)]);
    return [...names].map((each) => `  ${quoted(each)}?: ${settable(type)} | null | undefined;`);
  });
  return [`interface ${name} {`, ...lines, ...more, '}', ''];
}

const quoted = (name: string) => (/^\w+$/.test(name) ? name : `'${name}'`);

/** HTML has texts only. */
const settable = (type: string) => (type === 'number' ? 'number | string' : type);
