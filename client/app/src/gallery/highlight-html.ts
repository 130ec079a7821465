export type TokenKind = 'tag' | 'attribute' | 'value' | 'text';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const parts = /<\/?[a-z][a-z0-9-]*|[a-z][a-z-]*(?==)|"[^"]*"|\/?>/g;

/** Cuts HTML that we wrote ourselves into what is coloured differently. Joined again, the tokens are the text. */
export function highlightHtml(html: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let isInTag = false;
  for (const { 0: part, index } of html.matchAll(parts)) {
    const opens = part.startsWith('<');
    if (!opens && !isInTag) continue; // in running text a quote is a quote
    if (index > at) tokens.push({ kind: 'text', text: html.slice(at, index) });
    tokens.push({ kind: kindOf(part), text: part });
    at = index + part.length;
    isInTag = !part.endsWith('>');
  }
  if (at < html.length) tokens.push({ kind: 'text', text: html.slice(at) });
  return tokens;
}

function kindOf(part: string): TokenKind {
  if (part.startsWith('"')) return 'value';
  return part.startsWith('<') || part.endsWith('>') ? 'tag' : 'attribute';
}
