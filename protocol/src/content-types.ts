/** How the text of a document goes in and out over HTTP, and as which media type. */
export const contentTypes = {
  json: 'application/json',
  html: 'text/html',
  markdown: 'text/markdown',
  text: 'text/plain',
} as const;

export type ContentFormat = keyof typeof contentTypes;

export const contentFormats = ['json', 'html', 'markdown', 'text'] as const satisfies readonly ContentFormat[];
