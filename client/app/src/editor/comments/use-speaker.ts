import type { Comments, Speaker } from '@quire/client';
import { useEffect, useState } from 'react';

/**
 * Who this person is to the server, so that what is theirs can be told from what is not; null until it has said so. Asked
 * once the comments are looked at, and again while there is no answer: a new document may not be there yet.
 */
export function useSpeaker(comments: Comments, threadCount: number): Speaker | null {
  const [speaker, setSpeaker] = useState<Speaker | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a thread that came shows that there is a document now
  useEffect(() => {
    if (speaker !== null) return;
    let isWanted = true;
    comments.you().then(
      (you) => {
        if (isWanted) setSpeaker(you);
      },
      () => {}, // nothing is theirs to change meanwhile, and whatever they try says itself what is wrong
    );
    return () => {
      isWanted = false;
    };
  }, [comments, speaker, threadCount]);
  return speaker;
}
