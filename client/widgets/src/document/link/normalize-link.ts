const scheme = /^[a-z][a-z0-9+.-]*:/i;
const allowedSchemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const emailAddress = /^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/;

/** The address that somebody meant with what they typed, or null when it is none that a document may link to. */
export function normalizeLink(typed: string): string | null {
  const text = typed.trim();
  if (text === '' || /\s/.test(text)) return null;
  if (emailAddress.test(text)) return `mailto:${text}`;
  // `localhost:8080` looks like a scheme and is none.
  const hasScheme = scheme.test(text) && !/^[^/?#]+:\d+([/?#]|$)/.test(text);
  return parse(hasScheme ? text : `https://${text}`);
}

function parse(address: string): string | null {
  try {
    const url = new URL(address);
    if (!allowedSchemes.has(url.protocol)) return null;
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    if (isWeb && !/^[^.]+(\.[^.]+)+$|^localhost$|^\[/.test(url.hostname)) return null;
    return address;
  } catch {
    return null;
  }
}
