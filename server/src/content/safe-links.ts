/** Addresses that can do no more than lead somewhere. */
const SAFE_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'ftps', 'mailto', 'tel', 'sms', 'xmpp']);

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers take them out of an address before they look at its scheme
const ignored = /[\u0000-\u0020\u007f-\u00a0\u1680\u180e\u2000-\u2029\u205f\u3000]/g;

/** Whether an address may stand in a document: not one that runs as a script where it is followed. */
export function isSafeLink(address: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address.replace(ignored, ''))?.[1];
  return scheme === undefined || SAFE_SCHEMES.has(scheme.toLowerCase());
}
