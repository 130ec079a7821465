const PARAMETER = 'token';
const KEY = 'quire.token';

/** The parts of a window that hold a token. */
export interface TokenPlaces {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'replaceState'>;
  /** Null where the browser allows none. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null;
}

/**
 * The token with which this page was opened, as `#token=…`. What follows the hash reaches no server and no log; it leaves
 * the address at once, so that a copied link gives nobody away, and lasts for as long as the tab. Empty when there is
 * none: then the server may still know this browser by a cookie.
 */
export function takePageToken({ location, history, storage }: TokenPlaces): string {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get(PARAMETER);
  if (token === null) return readStored(storage);
  fragment.delete(PARAMETER);
  const rest = fragment.toString();
  history.replaceState(null, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`);
  store(storage, token);
  return token;
}

function readStored(storage: TokenPlaces['storage']): string {
  try {
    return storage?.getItem(KEY) ?? '';
  } catch {
    // A browser that keeps nothing for this page: the token lasts until it is reloaded.
    return '';
  }
}

function store(storage: TokenPlaces['storage'], token: string): void {
  try {
    storage?.setItem(KEY, token);
  } catch {
    // As above.
  }
}
