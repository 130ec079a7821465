import { useClient } from '@quire/client/react';
import { useEffect, useState } from 'react';
import { createShareLinksStore, type ShareLinksStore } from './share-links.ts';

/** The share links of a document, fetched while the component is shown. */
export function useShareLinks(name: string): ShareLinksStore | null {
  const client = useClient();
  const [links, setLinks] = useState<ShareLinksStore | null>(null);

  useEffect(() => {
    const created = createShareLinksStore(client.documents.links, name);
    setLinks(created);
    void created.refresh();
    return () => created.close();
  }, [client, name]);

  return links;
}
