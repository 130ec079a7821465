/** Whose page a pane shows. */
export interface PanePerson {
  readonly name: string;
  readonly color: string;
}

export interface Example {
  /** Where the server is, and with it the script. */
  readonly origin: string;
  readonly document: string;
  readonly person: PanePerson;
  /** Null where the server asks for none, or knows this browser by a cookie. */
  readonly token: string | null;
  /** What stands in the room; `{person}` is whose page it is. */
  readonly markup: string;
}

/** What somebody writes into a page of their own. It is shown and run alike, but for the token: that stays out of sight. */
export function writeExample({ origin, document, person, token, markup }: Example): string {
  const attributes = {
    server: origin,
    document,
    ...(token === null ? {} : { token }),
    name: person.name,
    color: person.color,
  };
  const inRoom = markup.replaceAll('{person}', () => escapeAttribute(person.name.toLowerCase()));
  return [
    '<script',
    '  type="module"',
    `  src="${escapeAttribute(origin)}/widgets/quire.js"`,
    '></script>',
    '',
    '<quire-room',
    ...Object.entries(attributes).map(([name, value]) => `  ${name}="${escapeAttribute(value)}"`),
    '>',
    ...inRoom.split('\n').map((line) => (line === '' ? line : `  ${line}`)),
    '</quire-room>',
  ].join('\n');
}

/** The whole page of somebody: the example, and around it what any page has. */
export function writePanePage(example: Example, styleSheet: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(`${example.person.name}’s page`)}</title>
<script src="/theme.js"></script>
<link rel="stylesheet" href="${escapeAttribute(styleSheet)}">
</head>
<body>
${writeExample(example)}
</body>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function escapeAttribute(value: string): string {
  return escapeText(value).replaceAll('"', '&quot;');
}
