import { useClient } from '@quire/client/react';
import { useEffect, useState } from 'react';
import { createDocumentList, type DocumentListStore } from './document-list.ts';

const REFRESH_MS = 5_000;

/** The list of documents, kept fresh while somebody looks at it: every few seconds, and at once on coming back. */
export function useDocumentList(): DocumentListStore | null {
  const client = useClient();
  const [list, setList] = useState<DocumentListStore | null>(null);

  useEffect(() => {
    const created = createDocumentList(client.documents);
    setList(created);
    const refreshIfSeen = () => {
      if (document.visibilityState === 'visible') void created.refresh();
    };
    void created.refresh();
    const timer = setInterval(refreshIfSeen, REFRESH_MS);
    const listening = new AbortController();
    window.addEventListener('focus', refreshIfSeen, listening);
    window.addEventListener('online', refreshIfSeen, listening);
    document.addEventListener('visibilitychange', refreshIfSeen, listening);
    return () => {
      clearInterval(timer);
      listening.abort();
      created.close();
    };
  }, [client]);

  return list;
}
