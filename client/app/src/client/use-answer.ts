import type { RoomStatus } from '@quire/client';
import { useEffect, useState } from 'react';
import { type Answered, keepAnswer, mustAsk } from './answers.ts';

/**
 * What the server answers about this person, asked anew whenever it has said on the connection that they may do something else;
 * null until there is an answer.
 *
 * @param ask the same function for the same question
 * @param retry when this changes, and there is no answer yet, there may be one
 */
export function useAnswer<T>(status: RoomStatus, ask: (signal: AbortSignal) => Promise<T>, retry: unknown): T | null {
  const [answered, setAnswered] = useState<Answered<T> | null>(null);
  const { admissions, canEdit } = status;
  const isWanted = mustAsk(answered, status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked again where something speaks for there being an answer
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    ask(stop.signal).then(
      (answer) => {
        if (!stop.signal.aborted) setAnswered({ answer, admissions, canEdit });
      },
      () => {}, // what is known stays, or nothing is, and what needs it stays away
    );
    return () => stop.abort();
  }, [ask, isWanted, admissions, canEdit, retry]);
  return keepAnswer(answered, status);
}
