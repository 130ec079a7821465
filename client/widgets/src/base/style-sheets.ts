const sheets = new Map<string, CSSStyleSheet>();

/**
 * One sheet for each text, however many elements use it. Made when it is first wanted: on a server that renders pages there is
 * no such class. Sheets that a script makes need no `unsafe-inline`.
 */
export function styleSheet(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known !== undefined) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(css, sheet);
  return sheet;
}
