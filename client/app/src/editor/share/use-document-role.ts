import type { Role, RoomStatus } from '@quire/client';
import { useEffect, useState } from 'react';
import { useClient } from '../../client/client-context.ts';

interface KnownRole {
  readonly role: Role;
  /** What the connection was allowed when it was asked for: another answer since means another role. */
  readonly canEdit: boolean;
}

/**
 * What this person may do in a document; null until the server has said. A document that nobody has written in is not there
 * yet, so that is asked about once something is saved.
 */
export function useDocumentRole(name: string, { state, canEdit }: RoomStatus): Role | null {
  const client = useClient();
  const [known, setKnown] = useState<KnownRole | null>(null);
  const isUnknown = known === null || known.canEdit !== canEdit;
  const isConnected = state === 'saved' || state === 'view-only';

  useEffect(() => {
    if (!isUnknown || !isConnected) return;
    const stop = new AbortController();
    client.documents.get(name, { signal: stop.signal }).then(
      ({ role }) => setKnown({ role, canEdit }),
      () => {}, // it stays unknown, and what needs a role stays away
    );
    return () => stop.abort();
  }, [client, name, canEdit, isUnknown, isConnected]);

  return isUnknown ? null : known.role;
}
