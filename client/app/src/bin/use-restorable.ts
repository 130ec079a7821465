import { useClient } from '@quire/client/react';
import { useEffect, useState } from 'react';
import { isRestorable } from './bin-list.ts';

/**
 * Whether a document is in the bin and this person may take it out; false until that is known.
 *
 * @param isAsked the server has refused the document
 */
export function useRestorable(name: string, isAsked: boolean): boolean {
  const { documents } = useClient();
  const [restorable, setRestorable] = useState(false);
  useEffect(() => {
    setRestorable(false);
    if (!isAsked) return;
    const stop = new AbortController();
    isRestorable(documents, name, stop.signal).then(
      (is) => {
        if (!stop.signal.aborted) setRestorable(is);
      },
      () => {}, // what the server has said already stays on the page
    );
    return () => stop.abort();
  }, [documents, name, isAsked]);
  return restorable;
}
