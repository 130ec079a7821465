export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'document'; readonly name: string }
  | { readonly page: 'bin' }
  | { readonly page: 'widgets' }
  | { readonly page: 'not-found' };

export const homePath = '/';
export const binPath = '/bin';
/** Without a slash at its end: what lies below is the script that other pages load, and what belongs to it. */
export const widgetsPath = '/widgets';

/** What the comments on a document are called begins so: a document too, but none to be looked at by itself. */
const COMMENTS_PREFIX = '~comments/';

/** A name goes into the address whole: its slashes as %2F, so that `a/b` and `a%2Fb` stay two documents. */
export function documentPath(name: string): string {
  return `/d/${encodeURIComponent(name)}`;
}

/** Slashes that somebody typed as they are count as part of the name, too. */
export function parseRoute(pathname: string): Route {
  if (pathname === homePath) return { page: 'home' };
  if (pathname === binPath) return { page: 'bin' };
  if (pathname === widgetsPath || pathname === `${widgetsPath}/`) return { page: 'widgets' };
  const encoded = pathname.startsWith('/d/') ? pathname.slice('/d/'.length) : '';
  if (encoded === '') return { page: 'not-found' };
  try {
    const name = decodeURIComponent(encoded);
    return name.startsWith(COMMENTS_PREFIX) ? { page: 'not-found' } : { page: 'document', name };
  } catch {
    return { page: 'not-found' };
  }
}
