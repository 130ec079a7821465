import type { Comments } from '@quire/client';
import { useCallback, useSyncExternalStore } from 'react';

/** Whether this person may write comments, so far as the server has said. */
export function useMayComment(comments: Comments | null): boolean {
  const subscribe = useCallback(
    (listener: () => void) => comments?.status.subscribe(listener) ?? (() => {}),
    [comments],
  );
  return useSyncExternalStore(subscribe, () => comments?.status.get().canEdit ?? false);
}
