import type { Comments, Speaker } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { useCallback } from 'react';
import { useAnswer } from '../../client/use-answer.ts';

/**
 * Who this person is to the server, and what they may do, so that what is theirs to change can be told from what is not; null
 * until it has said so. Asked once the comments are looked at, and again while there is no answer: a new document may not be
 * there yet, and a thread that came shows that it is.
 */
export function useSpeaker(comments: Comments, threadCount: number): Speaker | null {
  const status = useReadable(comments.status);
  const ask = useCallback(() => comments.you(), [comments]);
  return useAnswer(status, ask, threadCount);
}
