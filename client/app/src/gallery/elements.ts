import { common, declarations, type ElementDeclaration } from '@quire/widgets/manifest';

export interface ReferenceGroup {
  readonly heading: string;
  readonly rows: readonly { readonly name: string; readonly description: string }[];
}

export interface GalleryElement {
  readonly tag: string;
  readonly title: string;
  readonly summary: string;
  /** What stands in the room; `{person}` is whoever has it in front of them. */
  readonly markup: string;
  /** That a pane has at least, in pixels. */
  readonly height: number;
  readonly reference: readonly ReferenceGroup[];
}

/** The documents that are written in here are `gallery/editor` and so on: one for each element, the same for all who look. */
export const GALLERY_PREFIX = 'gallery/';

export function documentOf(tag: string): string {
  return `${GALLERY_PREFIX}${tag.replace('quire-', '')}`;
}

const shown: readonly Pick<GalleryElement, 'tag' | 'title' | 'markup' | 'height'>[] = [
  {
    tag: 'quire-room',
    title: 'Room',
    height: 320,
    markup: `<quire-presence></quire-presence>
<quire-editor
  no-toolbar
  placeholder="Two elements, one room"
></quire-editor>`,
  },
  {
    tag: 'quire-editor',
    title: 'Editor',
    height: 400,
    markup: `<quire-editor
  placeholder="Write here"
></quire-editor>`,
  },
  {
    tag: 'quire-code',
    title: 'Code',
    height: 260,
    markup: `<quire-code
  language="javascript"
  placeholder="let us = 2;"
></quire-code>`,
  },
  {
    tag: 'quire-presence',
    title: 'Presence',
    height: 120,
    markup: '<quire-presence max="4"></quire-presence>',
  },
  {
    tag: 'quire-cursors',
    title: 'Cursors',
    height: 300,
    markup: `<quire-cursors>
  <h2>Friday’s table</h2>
  <p>Point at what you would like.</p>
  <ul>
    <li>Leek and potato soup</li>
    <li>Mushroom pie</li>
    <li>Baked apples</li>
  </ul>
</quire-cursors>`,
  },
  {
    tag: 'quire-comments',
    title: 'Comments',
    height: 640,
    markup: `<quire-editor
  id="text"
  no-toolbar
  no-status
  placeholder="Write, select, comment"
></quire-editor>
<quire-comments
  for="text"
></quire-comments>`,
  },
  {
    tag: 'quire-chat',
    title: 'Chat',
    height: 460,
    markup: '<quire-chat></quire-chat>',
  },
  {
    tag: 'quire-whiteboard',
    title: 'Whiteboard',
    height: 440,
    markup: '<quire-whiteboard></quire-whiteboard>',
  },
  {
    tag: 'quire-map',
    title: 'Map',
    height: 460,
    markup: `<quire-map
  center="53.5413, 9.9841"
  zoom="14"
></quire-map>`,
  },
  {
    tag: 'quire-ticker',
    title: 'Ticker',
    height: 620,
    markup: `<quire-ticker no-status></quire-ticker>
<quire-ticker
  kind="book"
  symbol="QRE"
></quire-ticker>`,
  },
  {
    tag: 'quire-notifications',
    title: 'Notifications',
    height: 380,
    // Both panes are on one device, which remembers what each person has read.
    markup: `<quire-notifications
  person="{person}"
></quire-notifications>`,
  },
];

export const elements: readonly GalleryElement[] = shown.map((element) => {
  const declared = declarations.find(({ tag }) => tag === element.tag);
  if (declared === undefined) throw new Error(`@quire/widgets declares no <${element.tag}>`);
  // What all of them have is told once, with the first.
  const reference = describe(element.tag === 'quire-room' ? { ...declared, ...common } : declared);
  return { ...element, summary: declared.summary, reference };
});

function describe({ attributes, methods = [], events }: ElementDeclaration): readonly ReferenceGroup[] {
  return [
    {
      heading: 'Attributes',
      rows: attributes.map(({ name, description, default: initially }) => ({
        name,
        description: initially === undefined ? description : `${description} Left out: ${initially}.`,
      })),
    },
    {
      heading: 'Methods',
      rows: methods.map(({ name, type, description }) => ({ name: `${name}${type}`, description })),
    },
    {
      heading: 'Events',
      rows: events.map(({ name, detail, description }) => ({
        name,
        description: detail === undefined ? description : `${description} Its detail: ${detail}`,
      })),
    },
  ].filter(({ rows }) => rows.length > 0);
}
