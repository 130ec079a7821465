import type { Comments } from '@quire/client';
import { useReadable } from '@quire/client/react';

/** Whether this person may write comments, so far as the server has said. */
export function useMayComment(comments: Comments): boolean {
  return useReadable(comments.status, ({ canEdit }) => canEdit);
}
