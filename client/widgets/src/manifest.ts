import type { ElementDeclaration } from './base/declaration.ts';
import { declaration as chat } from './chat/declaration.ts';
import { declaration as code } from './code/declaration.ts';
import { declaration as comments } from './comments/declaration.ts';
import { declaration as cursors } from './cursors/declaration.ts';
import { declaration as editor } from './editor/declaration.ts';
import { declaration as map } from './map/declaration.ts';
import { declaration as notifications } from './notifications/declaration.ts';
import { declaration as presence } from './presence/declaration.ts';
import { declaration as room } from './room/declaration.ts';
import { declaration as ticker } from './ticker/declaration.ts';
import { declaration as whiteboard } from './whiteboard/declaration.ts';

export type * from './base/declaration.ts';

/** Every element, in the order in which one gets to know them. */
export const declarations: readonly ElementDeclaration[] = [
  room,
  editor,
  code,
  presence,
  cursors,
  comments,
  chat,
  whiteboard,
  map,
  ticker,
  notifications,
];

/** What every element has beside its own. */
export const common: Pick<ElementDeclaration, 'attributes' | 'events'> & {
  readonly properties: NonNullable<ElementDeclaration['properties']>;
} = {
  attributes: [
    {
      name: 'server',
      description:
        'Where the server is: `https://host`, or `wss://host/collab`. Left out, it is the `<quire-room>`’s, or the page’s own host.',
    },
    { name: 'document', description: 'The document. Left out, it is the `<quire-room>`’s.' },
    {
      name: 'token',
      description:
        'What lets this person in. It is seen by whoever sees the page’s HTML; `getToken` is not, and can fetch a fresh one.',
    },
    {
      name: 'name',
      description:
        'What this person is called, where no token says so. All elements of a page that show a document are one person in it.',
    },
    { name: 'color', description: 'This person’s colour, as `#rrggbb`.' },
    {
      name: 'theme',
      type: "'light' | 'dark' | 'auto'",
      description: '`auto` goes by what the person has set up. Left out, the page’s `color-scheme` counts.',
    },
    { name: 'lang', description: 'For dates and numbers. Words are changed by `strings`.' },
    { name: 'no-status', type: 'boolean', description: 'Without the line that says how the room goes.' },
    {
      name: 'status',
      type: 'RoomState',
      description:
        'Set by the element: `connecting`, `saving`, `saved`, `offline`, `reconnecting`, `view-only`, `cannot-save`, `gone`, or `error`. The same as a custom state: `:state(saved)`.',
    },
  ],
  properties: [
    { name: 'server', type: 'string | null', description: 'As the attribute.' },
    { name: 'document', type: 'string | null', description: 'As the attribute.' },
    { name: 'token', type: 'string | null', description: 'As the attribute.' },
    { name: 'name', type: 'string | null', description: 'As the attribute.' },
    { name: 'color', type: 'string | null', description: 'As the attribute.' },
    { name: 'theme', type: 'string | null', description: 'As the attribute.' },
    { name: 'noStatus', type: 'boolean', description: 'As `no-status`.' },
    {
      name: 'getToken',
      type: '((request: { signal: AbortSignal }) => Promise<string>) | undefined',
      description:
        'The newest is asked for a fresh token on every connection; wins over `token`. Its signal aborts when nobody needs the token any more.',
    },
    {
      name: 'strings',
      type: 'Record<string, string> | undefined',
      description: 'Other words for the element’s own, by their keys; `status-saved` and the like for the states.',
    },
    {
      name: 'room',
      type: 'Room | null',
      readonly: true,
      description: 'The room of `@quire/client`, while there is one.',
    },
  ],
  events: [
    { name: 'quire-ready', description: 'There is content, and the element shows it.' },
    {
      name: 'quire-status',
      detail: "{ state: RoomState | 'error'; label: string }",
      description: 'How the room goes has changed.',
    },
    {
      name: 'quire-error',
      detail: '{ code: string; message: string; error?: unknown }',
      description:
        'Something went wrong that the page may want to know of: `no-token` while `getToken` fails, `cannot-save` and `gone` as in `status`, or the code of a `QuireError`. What is wrong with a room bubbles from one of the elements that show it, and is told on each of them.',
    },
  ],
};

interface TypedText {
  readonly text: string;
}

const typed = (text: string): TypedText => ({ text });

const published = (module: string) => `dist/${module.replace(/\.ts$/, '.js')}`;

/** The custom-elements manifest of the package: https://github.com/webcomponents/custom-elements-manifest. */
export function writeManifest(): object {
  return {
    schemaVersion: '2.1.0',
    readme: 'README.md',
    modules: declarations.map((element) => ({
      kind: 'javascript-module',
      // Where the package has it.
      path: published(element.module),
      declarations: [describe(element)],
      exports: [
        { kind: 'js', name: element.className, declaration: { name: element.className } },
        { kind: 'custom-element-definition', name: element.tag, declaration: { name: element.className } },
      ],
    })),
  };
}

function describe(element: ElementDeclaration): object {
  const {
    attributes,
    className,
    cssProperties = [],
    events,
    example,
    methods = [],
    parts,
    slots = [],
    summary,
    tag,
  } = element;
  return {
    kind: 'class',
    customElement: true,
    name: className,
    tagName: tag,
    summary,
    description: `${summary}\n\n\`\`\`html\n${example}\n\`\`\``,
    superclass: { name: 'QuireElement', module: published('base/quire-element.ts') },
    attributes: [...common.attributes, ...attributes].map(({ type = 'string', ...rest }) => ({
      ...rest,
      type: typed(type),
    })),
    members: [
      ...[...common.properties, ...(element.properties ?? [])].map(({ type, ...rest }) => ({
        kind: 'field',
        ...rest,
        type: typed(type),
      })),
      // A method's parameters are in its type: there is no place for it but the description.
      ...methods.map(({ name, type, description }) => ({
        kind: 'method',
        name,
        description: `\`${type}\` ${description}`,
      })),
    ],
    events: [...common.events, ...events].map(({ detail, ...rest }) => ({
      ...rest,
      type: typed(detail === undefined ? 'CustomEvent' : `CustomEvent<${detail}>`),
    })),
    cssParts: parts,
    slots,
    cssProperties,
  };
}
