import { useCallback, useContext, useSyncExternalStore } from 'react';
import type { Client } from '../api.ts';
import type { ClientSource } from './client-source.ts';
import { ClientContext } from './contexts.ts';

/**
 * The client of the nearest {@link QuireProvider}, for what has no hook: `documents`, `api`, `leftovers`. Where pages are
 * rendered on a server, the provider needs a `url` for it.
 *
 * @example
 * const { documents } = useClient();
 * const rename = (title: string) => documents.rename('team/plan', title);
 */
export function useClient(): Client {
  const source = requireSource(useContext(ClientContext), 'useClient');
  const hold = useCallback(
    (changed: () => void) => {
      const letGo = source.hold();
      // It may have been closed while this component was hidden.
      changed();
      return letGo;
    },
    [source],
  );
  return useSyncExternalStore(hold, source.get, source.get);
}

export function requireSource(source: ClientSource | null, hook: string): ClientSource {
  if (source === null) throw new Error(`${hook} needs a client: put a <QuireProvider> around the component.`);
  return source;
}
