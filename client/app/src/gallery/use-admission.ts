import { type Client, QuireError } from '@quire/client';
import { useClient } from '@quire/client/react';
import { useCallback, useEffect, useState } from 'react';

/** Whether the server lets this browser into the documents of the gallery. */
export type Admission =
  | { readonly kind: 'asking' }
  | { readonly kind: 'in' }
  /** The server wants to know who asks. */
  | { readonly kind: 'signed-out' }
  /** It knows, and these documents are not for them. */
  | { readonly kind: 'kept-out' }
  | { readonly kind: 'unknown'; readonly message: string };

const asking: Admission = { kind: 'asking' };

/** Asked once, and whenever `retry` is called. */
export function useAdmission(document: string): { readonly admission: Admission; readonly retry: () => void } {
  const client = useClient();
  const [admission, setAdmission] = useState(asking);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try asks anew
  useEffect(() => {
    const stop = new AbortController();
    setAdmission(asking);
    void ask(client, document, stop.signal).then((answer) => {
      if (!stop.signal.aborted) setAdmission(answer);
    });
    return () => stop.abort();
  }, [client, document, tries]);
  return { admission, retry: useCallback(() => setTries((count) => count + 1), []) };
}

async function ask(client: Client, document: string, signal: AbortSignal): Promise<Admission> {
  try {
    await client.documents.get(document, { signal });
    return { kind: 'in' };
  } catch (error) {
    if (!(error instanceof QuireError)) return { kind: 'unknown', message: 'Something unexpected happened.' };
    switch (error.problem) {
      case 'unknown-document': // nobody has written in it yet, and whoever hears so may
      case 'document-in-bin':
        return { kind: 'in' };
      case 'unauthorized':
        return { kind: 'signed-out' };
      case 'forbidden':
        return { kind: 'kept-out' };
      default:
        return { kind: 'unknown', message: error.message };
    }
  }
}
