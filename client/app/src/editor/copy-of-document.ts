/** A page of its own with what is on screen, for when the server can't keep it. Opens in any browser or word processor. */
export function buildHtmlCopy(title: string, contentHtml: string): string {
  const name = escapeHtml(title);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<title>${name}</title>`,
    '<style>body{max-width:40em;margin:3em auto;padding:0 1em;font:17px/1.6 Georgia,serif}',
    'table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top}',
    'ul[data-type=taskList]{list-style:none;padding-left:0}ul[data-type=taskList]>li{display:flex;gap:.5em}',
    'li>div>p{margin:0}img{max-width:100%}</style>',
    `</head><body><h1>${name}</h1>`,
    contentHtml,
    '</body></html>\n',
  ].join('\n');
}

/** A title as a file name that every system takes. */
export function fileNameFor(title: string): string {
  const safe = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .slice(0, 80)
    .trim();
  return `${safe || 'document'}.html`;
}

export function downloadCopy(title: string, contentHtml: string): void {
  const blob = new Blob([buildHtmlCopy(title, contentHtml)], { type: 'text/html;charset=utf-8' });
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileNameFor(title);
  link.click();
  // The browser has read the address by the next task, and the memory can go.
  setTimeout(() => URL.revokeObjectURL(url));
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
