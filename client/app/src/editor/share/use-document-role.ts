import type { Role, RoomStatus } from '@quire/client';
import { useClient } from '@quire/client/react';
import { useCallback } from 'react';
import { useAnswer } from '../../client/use-answer.ts';

/**
 * What this person may do in a document; null until the server has said. A document that nobody has written in is not there
 * yet, so that is asked about once something is saved.
 */
export function useDocumentRole(name: string, status: RoomStatus): Role | null {
  const client = useClient();
  const isConnected = status.state === 'saved' || status.state === 'view-only';
  const ask = useCallback(
    async (signal: AbortSignal) => {
      if (!isConnected) throw new Error('nothing is saved yet');
      return (await client.documents.get(name, { signal })).role;
    },
    [client, name, isConnected],
  );
  return useAnswer(status, ask, null);
}
